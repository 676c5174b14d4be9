import type { ReactNode } from 'react';

import type { RunJson } from '../../../../server/api/shapes/run.ts';
import { Link } from '../../components/controls/link.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Duration, WindowTime } from '../../components/values/time.tsx';
import styles from './home-page.module.css';

/** What runs at this moment, and since when. */
export function RunningRuns({ runs }: { readonly runs: readonly RunJson[] }): ReactNode {
  if (runs.length === 0) return <EmptyState title="Nothing runs at this moment" />;
  return (
    <ul className={styles['list']}>
      {runs.map(({ id, dagId, state, window, startedAt, openTasks }) => (
        <li key={id} className={styles['item']}>
          <StatusBadge state={state} />
          <div className={styles['what']}>
            <p>
              <Link href={`/runs/${id}`}>Run {id}</Link> of <Link href={`/dags/${dagId}`}>{dagId}</Link>
              {window === null ? null : (
                <span className={styles['quiet']}>
                  <WindowTime window={window} />
                </span>
              )}
            </p>
            <p className={styles['why']}>
              {openTasks} {openTasks === 1 ? 'task' : 'tasks'} to go
            </p>
          </div>
          <span className={styles['when']}>
            <Duration from={startedAt} to={null} />
          </span>
        </li>
      ))}
    </ul>
  );
}
