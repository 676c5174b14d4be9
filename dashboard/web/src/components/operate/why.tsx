import type { ReactNode } from 'react';

import type { ExplanationJson } from '../../../../server/api/shapes/explanation.ts';
import { useRead } from '../../api/queries.ts';
import { Ready } from '../states/states.tsx';
import { Command } from '../values/copy-button.tsx';
import styles from './operate.module.css';

interface WhyProps {
  /** Of the explanation in the API. */
  readonly path: string;
  /** Asks the same on the command line. */
  readonly command: string;
}

/** "Why is it not running?", answered; the nearest reason first. */
export function Why({ path, command }: WhyProps): ReactNode {
  const reading = useRead<ExplanationJson>(path);
  return (
    <section className={styles['why']} aria-label="Why is it not running?">
      <h2>Why is it not running?</h2>
      <Ready reading={reading} what="reasons">
        {({ reasons }) => (
          <ol>
            {reasons.map(({ code, text }) => (
              <li key={`${code} ${text}`}>
                {text} <code>{code}</code>
              </li>
            ))}
          </ol>
        )}
      </Ready>
      <Command text={command} />
    </section>
  );
}
