import type { ReactNode } from 'react';

import type { GridColumnJson } from '../../../../../server/api/shapes/grid.ts';
import type { RunDetailJson, RunTaskJson } from '../../../../../server/api/shapes/run.ts';
import { useRead } from '../../../api/queries.ts';
import { Link } from '../../../components/controls/link.tsx';
import { Why } from '../../../components/operate/why.tsx';
import { Ready } from '../../../components/states/states.tsx';
import { FactList } from '../../../components/values/fact-list.tsx';
import { Icon } from '../../../components/values/icon.tsx';
import { StatusBadge } from '../../../components/values/status-badge.tsx';
import { Duration, Time, WindowTime } from '../../../components/values/time.tsx';
import styles from './dag-grid.module.css';

export interface CellPanelProps {
  readonly column: GridColumnJson;
  readonly task: string | undefined;
  readonly onClose: () => void;
}

/** Beside the grid: the window or run of the chosen cell, and how its task went. */
export function CellPanel({ column, task, onClose }: CellPanelProps): ReactNode {
  const { window, run, recordId, recordStatus } = column;
  return (
    <aside className={styles['panel']} aria-label="Chosen cell">
      <header>
        <h2>{task ?? (recordId === null ? `Run ${run?.id ?? ''}` : `Record ${recordId}`)}</h2>
        <button type="button" onClick={onClose} aria-label="Close the panel">
          <Icon name="cross" />
        </button>
      </header>
      <FactList
        facts={{
          Window: <WindowTime window={window} />,
          ...(recordId === null
            ? {}
            : {
                Record: (
                  <>
                    <Link href={`/records/${recordId}`}>{recordId}</Link> <StatusBadge state={recordStatus ?? 'none'} />
                  </>
                ),
              }),
          ...(run === null
            ? {}
            : {
                Run: (
                  <>
                    <Link href={`/runs/${run.id}`}>{run.id}</Link> <StatusBadge state={run.state} />
                  </>
                ),
                Took: <Duration from={run.startedAt} to={run.endedAt} />,
              }),
        }}
      />
      {run === null && recordId !== null ? (
        <Why path={`/records/${recordId}/explain`} command={`windrow explain record ${recordId}`} />
      ) : null}
      {run === null || task === undefined ? null : <TaskFacts run={run.id} task={task} />}
    </aside>
  );
}

function TaskFacts({ run, task }: { readonly run: number; readonly task: string }): ReactNode {
  const reading = useRead<RunDetailJson>(`/runs/${run}`);
  return (
    <Ready reading={reading} what="task">
      {({ tasks }) => {
        const found = tasks.find(({ taskId }) => taskId === task);
        return found === undefined ? <p>The run does not have this task.</p> : <Facts found={found} />;
      }}
    </Ready>
  );
}

function Facts({ found }: { readonly found: RunTaskJson }): ReactNode {
  const { state, attempt, startedAt, endedAt, reason, failure, worker } = found;
  return (
    <>
      <FactList
        facts={{
          State: <StatusBadge state={state} />,
          Tries: attempt,
          Began: <Time at={startedAt} />,
          Took: <Duration from={startedAt} to={endedAt} />,
          ...(worker === null ? {} : { Worker: worker }),
          ...(reason === null ? {} : { Reason: reason }),
        }}
      />
      {failure === null ? null : (
        <p className={styles['failure']}>
          <code>{failure.code}</code> {failure.message}
        </p>
      )}
    </>
  );
}
