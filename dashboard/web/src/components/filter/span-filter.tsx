import { type ReactNode, useId } from 'react';

import { zone } from '../../app/preferences.ts';
import { fieldText, momentOf } from '../../format/moment-text.ts';
import styles from '../controls/controls.module.css';

interface SpanFilterProps {
  readonly label: string;
  /** In UTC as the API takes it. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly onChange: (name: 'from' | 'to', moment: string) => void;
}

/** What begins between two moments, either of which may be left open. */
export function SpanFilter({ label, from = '', to = '', onChange }: SpanFilterProps): ReactNode {
  return (
    <>
      <Bound label={label} value={from} onChange={(moment) => onChange('from', moment)} />
      <Bound label="to" value={to} onChange={(moment) => onChange('to', moment)} />
    </>
  );
}

interface BoundProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (moment: string) => void;
}

function Bound({ label, value, onChange }: BoundProps): ReactNode {
  const id = useId();
  const clock = zone.useChoice();
  return (
    <span className={styles['choice']}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="datetime-local"
        title={clock === 'utc' ? 'In UTC' : 'In your time'}
        value={fieldText(value, clock)}
        onChange={(event) => onChange(momentOf(event.target.value, clock))}
      />
    </span>
  );
}
