import type { ReactNode } from 'react';

import { EmptyState } from '../states/states.tsx';
import { Time } from '../values/time.tsx';
import styles from './operate.module.css';

export interface DoneDeed {
  readonly id: number;
  readonly at: string;
  /** `backfill_paused` */
  readonly kind: string;
  readonly details: Readonly<Record<string, unknown>>;
}

interface DeedHistoryProps {
  readonly history: readonly DoneDeed[];
  /** The detail that names the thing itself, which everybody knows here. */
  readonly of: string;
}

/** What people and the engine did to one thing, newest first. */
export function DeedHistory({ history, of }: DeedHistoryProps): ReactNode {
  if (history.length === 0) return <EmptyState title="Nothing has been done to it yet" />;
  return (
    <ol className={styles['deeds']}>
      {history.map(({ id, at, kind, details }) => (
        <li key={id}>
          <Time at={at} />
          <strong>{kind.replaceAll('_', ' ')}</strong>
          <span>{detailsText(details, of)}</span>
        </li>
      ))}
    </ol>
  );
}

function detailsText(details: DoneDeed['details'], of: string): string {
  const told = Object.entries(details).map(([name, value]) => {
    if (name === of) return '';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return name === 'by' ? `by ${text}` : `${name} ${text}`;
  });
  return told.filter((text) => text !== '').join(' · ');
}
