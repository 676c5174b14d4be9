import { type ReactNode, useState } from 'react';
import { useSearchParams } from 'wouter';

import type { RunDetailJson, RunTaskJson } from '../../../../server/api/shapes/run.ts';
import { Button } from '../../components/controls/button.tsx';
import { Tabs } from '../../components/controls/tabs.tsx';
import { JsonView } from '../../components/json-view/json-view.tsx';
import { Why } from '../../components/operate/why.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { CopyButton } from '../../components/values/copy-button.tsx';
import { FailureBox } from '../../components/values/failure-box.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import type { TasksAgain } from './rerun-command.ts';
import { RerunTasks } from './rerun-tasks.tsx';
import styles from './run-page.module.css';
import { triesOfTask } from './run-tries.ts';
import { TaskLog } from './task-log.tsx';
import { TryList } from './try-list.tsx';

interface TaskPanelProps {
  readonly run: RunDetailJson;
  readonly task: RunTaskJson;
  /** The try whose log was asked for; undefined for all. */
  readonly attempt: number | undefined;
}

const VIEWS = { log: 'Log', tries: 'Tries', output: 'Output', why: 'Why' } as const;
type View = keyof typeof VIEWS;

/** One task of a run: why it failed or waits, its log, its tries, what it returned. */
export function TaskPanel({ run, task, attempt }: TaskPanelProps): ReactNode {
  const [search] = useSearchParams();
  const view = Object.keys(VIEWS).find((name): name is View => name === search.get('show')) ?? usualView(task);
  const tabs = Object.entries(VIEWS).map(([name, title]) => {
    const query = new URLSearchParams(search);
    query.set('task', task.name);
    query.set('show', name);
    const count = name === 'tries' ? ` (${triesOfTask(run, task.name).length})` : '';
    return { href: `/runs/${run.id}?${query}`, title: `${title}${count}`, isCurrent: name === view };
  });
  return (
    <section className={styles['panel']} aria-label={`Task ${task.name}`}>
      <PanelHead run={run} task={task} />
      {task.failure === null ? null : <FailureBox failure={task.failure} />}
      {task.failure === null && task.reason !== null ? <p className={styles['reason']}>{task.reason}</p> : null}
      <Tabs label={`Views of ${task.name}`} tabs={tabs} />
      {view === 'log' ? <TaskLog run={run} task={task} attempt={attempt} /> : null}
      {view === 'tries' ? (
        <TryList tries={triesOfTask(run, task.name)} href={(number) => logHref(run, task, number)} />
      ) : null}
      {view === 'output' ? <Output task={task} /> : null}
      {view === 'why' ? <TaskWhy run={run} task={task} /> : null}
    </section>
  );
}

function usualView({ state, startedAt }: RunTaskJson): View {
  return startedAt === null && state !== 'running' ? 'why' : 'log';
}

function logHref(run: RunDetailJson, task: RunTaskJson, attempt: number): string {
  return `/runs/${run.id}?${new URLSearchParams({ task: task.name, show: 'log', try: String(attempt) })}`;
}

function PanelHead({ run, task }: Omit<TaskPanelProps, 'attempt'>): ReactNode {
  const [asked, setAsked] = useState<TasksAgain | undefined>();
  const isEnded = run.state !== 'queued' && run.state !== 'running';
  const again = (downstream: boolean) => (): void => setAsked({ kind: 'task', task: task.taskId, downstream });
  return (
    <div className={styles['title']}>
      <h2>{task.name}</h2>
      <StatusBadge state={task.state} />
      <CopyButton text={task.name} what="name of the task" />
      {isEnded ? (
        <span className={styles['actions']}>
          <Button demands="operator" onClick={again(false)}>
            Re-run this task
          </Button>
          <Button demands="operator" onClick={again(true)}>
            Re-run with downstream
          </Button>
        </span>
      ) : null}
      {asked === undefined ? null : <RerunTasks run={run} tasks={asked} onClose={() => setAsked(undefined)} />}
    </div>
  );
}

function Output({ task }: { readonly task: RunTaskJson }): ReactNode {
  if (task.output === null) {
    return <EmptyState title="No output">The task has returned nothing so far.</EmptyState>;
  }
  return (
    <div className={styles['output']}>
      <CopyButton text={JSON.stringify(task.output, null, 2)} what="output" />
      <JsonView value={task.output} label={`Output of ${task.name}`} />
    </div>
  );
}

function TaskWhy({ run, task }: Omit<TaskPanelProps, 'attempt'>): ReactNode {
  const isInstance = task.name !== task.taskId;
  return (
    <Why
      path={`/runs/${run.id}/tasks/${task.taskId}/explain${isInstance ? `?instance=${task.mapIndex}` : ''}`}
      command={`windrow explain task ${run.id} ${isInstance ? `'${task.name}'` : task.name}`}
    />
  );
}
