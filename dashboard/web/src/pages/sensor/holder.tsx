import type { ReactNode } from 'react';

import type { SensorJson } from '../../../../server/api/shapes/sensor.ts';
import { Link } from '../../components/controls/link.tsx';
import { Command } from '../../components/values/copy-button.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { shellWord } from '../../format/shell-word.ts';
import styles from './sensor.module.css';

interface HolderProps {
  readonly sensor: string;
  readonly item: NonNullable<SensorJson['heldBy']>;
}

/** What failed or was cancelled, so that later items of a strict sensor wait, and how they go on. */
export function Holder({ sensor, item }: HolderProps): ReactNode {
  return (
    <section className={styles['holder']} aria-label="What holds the others back">
      <p>
        Later items wait for {item.key === null ? 'a window' : <strong>{item.key}</strong>}:{' '}
        {item.kind === 'run' ? (
          <Link href={`/runs/${item.runId}`}>run {item.runId}</Link>
        ) : (
          <Link href={`/records/${item.recordId}`}>record {item.recordId}</Link>
        )}{' '}
        <StatusBadge state={item.kind === 'run' ? item.state : item.status} />
      </p>
      <Command
        text={
          item.kind === 'run'
            ? `windrow sensors rerun ${sensor} ${shellWord(item.key)}`
            : `windrow records rerun ${item.recordId}`
        }
      />
    </section>
  );
}
