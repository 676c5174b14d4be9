import { type ReactNode, Suspense, lazy } from 'react';
import { useParams, useSearchParams } from 'wouter';

import type { RunDetailJson } from '../../../../server/api/shapes/run.ts';
import { useRead } from '../../api/queries.ts';
import { useNow } from '../../app/now.ts';
import { Tabs } from '../../components/controls/tabs.tsx';
import { Found } from '../../components/page/found.tsx';
import { Page } from '../../components/page/page.tsx';
import { Why } from '../../components/operate/why.tsx';
import { LoadingState } from '../../components/states/states.tsx';
import { FailureBox } from '../../components/values/failure-box.tsx';
import { GanttChart } from './gantt-chart.tsx';
import { RunActions, RunBadge, RunFacts } from './run-head.tsx';
import styles from './run-page.module.css';
import { graphTasks, notableTask, triesOf } from './run-tries.ts';
import { TaskList } from './task-list.tsx';
import { TaskPanel } from './task-panel.tsx';

// Its libraries are as large as everything else together.
const TaskGraph = lazy(async () => ({
  default: (await import('../../components/task-graph/task-graph.tsx')).TaskGraph,
}));

/** One execution of a dag: its graph alive, when what ran, and of each task the log, tries, output and reasons. */
export function RunPage(): ReactNode {
  const { id } = useParams<{ readonly id: string }>();
  const reading = useRead<RunDetailJson>(`/runs/${id}`);
  return (
    <Found reading={reading} what="run" title={`Run ${id}`} trail={[{ text: 'Runs', href: '/runs' }]}>
      {(run) => <ShownRun run={run} />}
    </Found>
  );
}

function ShownRun({ run }: { readonly run: RunDetailJson }): ReactNode {
  const [search, setSearch] = useSearchParams();
  const asked = run.tasks.find(({ name }) => name === search.get('task'));
  const task = asked ?? notableTask(run.tasks);
  const attempt = Number(search.get('try')) || undefined;
  const choose = (name: string, chosenTry?: number): void =>
    setSearch(
      (before) => {
        before.set('task', name);
        before.delete('try');
        if (chosenTry !== undefined) before.set('try', String(chosenTry));
        return before;
      },
      { replace: true },
    );
  const isWaiting = run.state === 'queued' || (run.state === 'running' && !run.tasks.some(isRunning));
  return (
    <Page
      title={`Run ${run.id}`}
      trail={[
        { text: 'Runs', href: '/runs' },
        { text: run.dagId, href: `/dags/${encodeURIComponent(run.dagId)}` },
      ]}
      badge={<RunBadge run={run} />}
      actions={<RunActions run={run} />}
    >
      <div className={styles['page']}>
        <RunFacts run={run} />
        {run.timedOut === null ? null : <FailureBox failure={run.timedOut} />}
        {isWaiting ? <Why path={`/runs/${run.id}/explain`} command={`windrow explain run ${run.id}`} /> : null}
        <Picture run={run} selected={task?.name} onChoose={choose} />
        <div className={styles['work']}>
          <TaskList tasks={run.tasks} selected={task?.name} onChoose={choose} />
          {task === undefined ? null : <TaskPanel key={task.name} run={run} task={task} attempt={attempt} />}
        </div>
      </div>
    </Page>
  );
}

function isRunning({ state }: RunDetailJson['tasks'][number]): boolean {
  return state === 'running';
}

interface PictureProps {
  readonly run: RunDetailJson;
  readonly selected: string | undefined;
  readonly onChoose: (task: string, attempt?: number) => void;
}

/** The run as a graph or over time. */
function Picture({ run, selected, onChoose }: PictureProps): ReactNode {
  const [search] = useSearchParams();
  const view = search.get('view') === 'time' ? 'time' : 'graph';
  const address = (next: string): string => {
    const query = new URLSearchParams(search);
    query.set('view', next);
    return `/runs/${run.id}?${query}`;
  };
  const tabs = [
    { href: address('graph'), title: 'Graph', isCurrent: view === 'graph' },
    { href: address('time'), title: 'Timeline', isCurrent: view === 'time' },
  ];
  return (
    <section aria-label="Picture of the run" className={styles['picture']}>
      <Tabs label="Picture of the run" tabs={tabs} />
      {view === 'time' ? (
        <Timeline run={run} onChoose={onChoose} />
      ) : (
        <Suspense fallback={<LoadingState what="graph" />}>
          <TaskGraph tasks={nodesOf(run)} selected={selected} onSelect={onChoose} />
        </Suspense>
      )}
    </section>
  );
}

function Timeline({ run, onChoose }: Omit<PictureProps, 'selected'>): ReactNode {
  const now = useNow();
  const names = run.tasks.filter(({ mapIndex }) => mapIndex >= 0).map(({ name }) => name);
  const chart = <GanttChart tasks={names} tries={triesOf(run)} now={now} onSelect={onChoose} />;
  return run.startedAt === null ? <p>Nothing has started yet.</p> : chart;
}

function nodesOf(run: RunDetailJson) {
  return graphTasks(run.tasks).map(({ name, upstream, state, attempt, instances }) => ({
    id: name,
    upstream,
    state,
    ...(instances === null
      ? attempt > 1 && { note: `try ${attempt}` }
      : { note: `${instances.success + instances.failed + instances.skipped} of ${instances.total}` }),
  }));
}
