import type { ReactNode } from 'react';

import type { RecordJson } from '../../../../server/api/shapes/record.ts';
import type { RunJson } from '../../../../server/api/shapes/run.ts';
import { Link } from '../../components/controls/link.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { Command } from '../../components/values/copy-button.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Ago, WindowTime } from '../../components/values/time.tsx';
import styles from './home-page.module.css';

export interface FailuresProps {
  readonly records: readonly RecordJson[];
  readonly runs: readonly RunJson[];
}

/** What needs a person: each with what went wrong and the command that does it again. */
export function Failures({ records, runs }: FailuresProps): ReactNode {
  if (records.length + runs.length === 0) return <EmptyState title="Nothing failed" />;
  return (
    <ul className={styles['list']}>
      {records.map((record) => (
        <FailedRecord key={`record ${record.id}`} record={record} />
      ))}
      {runs.map((run) => (
        <FailedRun key={`run ${run.id}`} run={run} />
      ))}
    </ul>
  );
}

function FailedRecord({
  record: { id, pipelineId, window, error, endedAt, status },
}: {
  readonly record: RecordJson;
}): ReactNode {
  return (
    <li className={styles['item']}>
      <StatusBadge state={status} />
      <div className={styles['what']}>
        <p>
          <Link href={`/records/${id}`}>Record {id}</Link> of <Link href={`/dags/${pipelineId}`}>{pipelineId}</Link>
          <span className={styles['quiet']}>
            <WindowTime window={window} />
          </span>
        </p>
        {error === null ? null : (
          <p className={styles['why']}>
            <code>{error.code}</code> {error.message}
          </p>
        )}
      </div>
      <span className={styles['when']}>
        <Ago at={endedAt} />
      </span>
      <Command text={`windrow records rerun ${id}`} />
    </li>
  );
}

function FailedRun({ run: { id, dagId, window, endedAt, state, failedTasks } }: { readonly run: RunJson }): ReactNode {
  return (
    <li className={styles['item']}>
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
          {failedTasks} {failedTasks === 1 ? 'task' : 'tasks'} failed
        </p>
      </div>
      <span className={styles['when']}>
        <Ago at={endedAt} />
      </span>
      <Command text={`windrow runs rerun ${id} --failed`} />
    </li>
  );
}
