import type { ReactNode } from 'react';

import type { HappeningJson } from '../../../../server/api/shapes/home.ts';
import { Link } from '../../components/controls/link.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { Ago } from '../../components/values/time.tsx';
import styles from './home-page.module.css';

/** What people did, what windows waited for, and how schemas changed. */
export function Happenings({ happenings }: { readonly happenings: readonly HappeningJson[] }): ReactNode {
  if (happenings.length === 0)
    return <EmptyState title="Nothing out of the ordinary">Re-runs, waits and changed schemas stand here.</EmptyState>;
  return (
    <ul className={styles['list']}>
      {happenings.map((happening) => (
        <li key={happening.id} className={styles['item']}>
          <div className={styles['what']}>
            <p className={styles['sentence']}>{happening.sentence}</p>
            <p className={styles['why']}>
              <Place happening={happening} />
            </p>
          </div>
          <span className={styles['when']}>
            <Ago at={happening.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The record, run or dag that it is about. */
function Place({ happening: { dagId, runId, recordId } }: { readonly happening: HappeningJson }): ReactNode {
  const dag = dagId === null ? null : <Link href={`/dags/${dagId}`}>{dagId}</Link>;
  if (recordId === null && runId === null) return dag;
  const thing =
    recordId === null ? (
      <Link href={`/runs/${runId}`}>Run {runId}</Link>
    ) : (
      <Link href={`/records/${recordId}`}>Record {recordId}</Link>
    );
  return dag === null ? (
    thing
  ) : (
    <>
      {thing} of {dag}
    </>
  );
}
