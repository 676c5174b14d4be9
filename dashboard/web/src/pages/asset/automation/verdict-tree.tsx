import type { ReactNode } from 'react';

import { Icon } from '../../../components/values/icon.tsx';
import styles from './automation.module.css';

/** A condition: whether it holds, why, and what it consists of. */
export interface ShownVerdict {
  readonly holds: boolean;
  readonly sentence: string;
  readonly parts: readonly ShownVerdict[];
}

interface VerdictTreeProps {
  /** What was judged, such as a partition. */
  readonly title: string | null;
  readonly verdict: ShownVerdict;
}

/** Conditions and what they consist of, each with its sentence; what does not hold is open. */
export function VerdictTree({ title, verdict }: VerdictTreeProps): ReactNode {
  return (
    <section className={styles['tree']} aria-label={title === null ? 'Conditions' : `Conditions of ${title}`}>
      {title === null ? null : <code>{title}</code>}
      <ul>
        <Branch verdict={verdict} />
      </ul>
    </section>
  );
}

function Branch({ verdict: { holds, sentence, parts } }: { readonly verdict: ShownVerdict }): ReactNode {
  const said = (
    <span className={styles['verdict']} data-holds={holds}>
      <Icon name={holds ? 'check' : 'cross'} size={13} />
      <span className="unseen">{holds ? 'Holds: ' : 'Does not hold: '}</span>
      {sentence}
    </span>
  );
  if (parts.length === 0) return <li>{said}</li>;
  return (
    <li>
      <details open={!holds}>
        <summary>{said}</summary>
        <ul>
          {parts.map((part) => (
            <Branch key={part.sentence} verdict={part} />
          ))}
        </ul>
      </details>
    </li>
  );
}
