import type { ReactNode } from 'react';

import type { AttemptJson } from '../../../../server/api/shapes/run.ts';
import { Link } from '../../components/controls/link.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { FailureBox } from '../../components/values/failure-box.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Duration, Time } from '../../components/values/time.tsx';
import styles from './run-page.module.css';
import { outcomeOf } from './run-tries.ts';

interface TryListProps {
  /** Oldest first. */
  readonly tries: readonly AttemptJson[];
  /** Where the log of a try is. */
  readonly href: (attempt: number) => string;
}

/** Every ended try of a task, newest first: when, where, how it ended. */
export function TryList({ tries, href }: TryListProps): ReactNode {
  if (tries.length === 0)
    return <EmptyState title="No try has ended">The first one stands here once it has.</EmptyState>;
  return (
    <ol className={styles['tries']}>
      {tries.toReversed().map((one) => {
        const { words, tone } = outcomeOf(one.outcome);
        return (
          <li key={one.id}>
            <div className={styles['try']}>
              <strong>Try {one.attempt}</strong>
              <StatusBadge state={one.outcome} words={words} tone={tone} />
              <Time at={one.startedAt ?? one.endedAt} />
              <Duration from={one.startedAt} to={one.endedAt} />
              {one.worker === null ? null : <code>{one.worker}</code>}
              <Link href={href(one.attempt)}>Log</Link>
            </div>
            {one.failure === null ? null : <FailureBox failure={one.failure} />}
            {one.failure === null && one.reason !== null ? <p>{one.reason}</p> : null}
          </li>
        );
      })}
    </ol>
  );
}
