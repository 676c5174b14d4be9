import { type ReactNode, useState } from 'react';

import type { DagDetailJson, GraphTaskJson } from '../../../../server/api/shapes/dag.ts';
import { Card } from '../../components/page/section.tsx';
import { TaskGraph } from '../../components/task-graph/task-graph.tsx';
import { FactList } from '../../components/values/fact-list.tsx';
import { lengthText } from '../../format/length-text.ts';
import styles from './dag-page.module.css';

/** The tasks and what each waits for; the chosen one with its policies. */
export function DagGraph({ tasks }: Pick<DagDetailJson, 'tasks'>): ReactNode {
  const [selected, select] = useState<string | undefined>();
  const task = tasks.find(({ id }) => id === selected);
  const nodes = tasks.map((one) => ({ id: one.id, upstream: one.upstream, note: noteOf(one) }));
  return (
    <>
      <TaskGraph tasks={nodes} selected={selected} onSelect={select} />
      <div className={styles['chosen']}>
        <Card>{task === undefined ? <p>Choose a task to see its policies.</p> : <Policies task={task} />}</Card>
      </div>
    </>
  );
}

function Policies({ task }: { readonly task: GraphTaskJson }): ReactNode {
  const { id, upstream, rule, retry, timeoutMs, pool, slots, group, mapped, teardown, dependsOnPrevious } = task;
  return (
    <FactList
      facts={{
        Task: <strong>{id}</strong>,
        'Waits for': upstream.length === 0 ? 'nothing' : upstream.join(', '),
        'Runs when': rule.replaceAll('_', ' '),
        Retries: retry.retries === 0 ? 'none' : `${retry.retries}, after ${lengthText(retry.delayMs)} and longer`,
        Timeout: timeoutMs === null ? 'none' : lengthText(timeoutMs),
        Pool: `${pool} (${slots} ${slots === 1 ? 'slot' : 'slots'})`,
        ...(group === null ? {} : { Group: group }),
        ...(mapped === null ? {} : { 'One instance for each of': mapped }),
        ...(teardown ? { Teardown: 'always runs, never decides the state of the run' } : {}),
        ...(dependsOnPrevious ? { Before: 'waits for the same task of the window before' } : {}),
      }}
    />
  );
}

function noteOf({ pool, teardown, mapped }: GraphTaskJson): string {
  if (teardown) return 'teardown';
  return mapped === null ? pool : 'mapped';
}
