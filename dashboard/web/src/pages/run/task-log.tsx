import type { ReactNode } from 'react';

import type { RunDetailJson, RunTaskJson } from '../../../../server/api/shapes/run.ts';
import { withQuery } from '../../api/request.ts';
import { Button } from '../../components/controls/button.tsx';
import { Link } from '../../components/controls/link.tsx';
import { LogViewer } from '../../components/log-viewer/log-viewer.tsx';
import { ErrorState, LoadingState } from '../../components/states/states.tsx';
import { Command } from '../../components/values/copy-button.tsx';
import styles from './run-page.module.css';
import { logCommand } from './log-command.ts';
import { triesOfTask } from './run-tries.ts';
import { useTaskLog } from './use-task-log.ts';

interface TaskLogProps {
  readonly run: RunDetailJson;
  readonly task: RunTaskJson;
  /** Undefined: of every try. */
  readonly attempt: number | undefined;
}

/** What a task logged, of all tries or of one; alive while it runs. */
export function TaskLog({ run, task, attempt }: TaskLogProps): ReactNode {
  const isLive = task.state === 'running';
  const { lines, reading } = useTaskLog({ run: run.id, task, attempt, isLive });
  if (reading.error !== null && lines.length === 0)
    return <ErrorState error={reading.error} onRetry={() => void reading.refetch()} />;
  if (reading.isPending) return <LoadingState what="log" />;
  const file = withQuery(`/api/v1/runs/${run.id}/tasks/${encodeURIComponent(task.taskId)}/log.txt`, {
    attempt,
    instance: task.name === task.taskId ? undefined : task.mapIndex,
  });
  return (
    <div className={styles['panel']}>
      <Tries run={run} task={task} attempt={attempt} />
      {reading.hasNextPage ? (
        <Button onClick={() => void reading.fetchNextPage()} isBusy={reading.isFetchingNextPage}>
          Earlier lines
        </Button>
      ) : null}
      <LogViewer lines={lines} name={task.name} file={file} isLive={isLive} />
      <Command text={logCommand(run.id, task.name, attempt)} />
    </div>
  );
}

/** One link per try, for a log that holds several. */
function Tries({ run, task, attempt }: TaskLogProps): ReactNode {
  const numbers = new Set(
    [...triesOfTask(run, task.name).map((one) => one.attempt), task.attempt].filter((one) => one > 0),
  );
  if (numbers.size < 2) return null;
  const query = (chosen?: number): string => {
    const words = new URLSearchParams({ task: task.name, show: 'log' });
    if (chosen !== undefined) words.set('try', String(chosen));
    return `/runs/${run.id}?${words}`;
  };
  return (
    <nav aria-label="Tries in the log" className={styles['try']}>
      <Link href={query()} isCurrent={attempt === undefined}>
        Every try
      </Link>
      {[...numbers].map((number) => (
        <Link key={number} href={query(number)} isCurrent={attempt === number}>
          {`Try ${number}`}
        </Link>
      ))}
    </nav>
  );
}
