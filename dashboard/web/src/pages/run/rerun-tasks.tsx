import type { ReactNode } from 'react';

import type { RunRerunJson } from '../../../../server/api/shapes/deed.ts';
import type { RunDetailJson } from '../../../../server/api/shapes/run.ts';
import { Changes } from '../../components/operate/changes.tsx';
import { DeedDialog } from '../../components/operate/deed-dialog.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { rerunCommand, type TasksAgain } from './rerun-command.ts';
import styles from './run-page.module.css';

interface RerunTasksProps {
  readonly run: Pick<RunDetailJson, 'id'>;
  readonly tasks: TasksAgain;
  readonly onClose: () => void;
}

/** Shows which tasks of an ended run start again, which wait, and which stay, before it does so. */
export function RerunTasks({ run, tasks, onClose }: RerunTasksProps): ReactNode {
  const what = tasks.kind === 'failed' ? 'failed tasks' : tasks.task;
  return (
    <DeedDialog<RunRerunJson>
      title={`Re-run ${what} of run ${run.id}`}
      words={tasks.kind === 'failed' ? 'Re-run failed tasks' : `Re-run ${tasks.task}`}
      deed={{ path: `/runs/${run.id}/rerun`, body: { tasks } }}
      command={rerunCommand(run.id, tasks)}
      onClose={onClose}
    >
      {(plan) => <Preview plan={plan} />}
    </DeedDialog>
  );
}

const EFFECTS: Readonly<Record<string, string>> = {
  starts: 'starts at once',
  waits: 'waits for what stands before it',
  stays: 'stays as it is',
  skipped: 'is skipped again',
  upstream_failed: 'cannot run',
};

function Preview({ plan: { tasks, record } }: { readonly plan: RunRerunJson }): ReactNode {
  return (
    <>
      <ul className={styles['effects']} aria-label="What happens to each task">
        {tasks.map(({ task, now, effect, instances }) => (
          <li key={task} data-effect={effect}>
            <strong>{task}</strong>
            <StatusBadge state={now} />
            <span>
              {EFFECTS[effect] ?? effect}
              {instances === undefined ? '' : `: instances ${instances.join(', ')}`}
            </span>
          </li>
        ))}
      </ul>
      {record === undefined ? null : (
        <>
          <h3>Record {record.id}</h3>
          <Changes changes={record.resets} />
        </>
      )}
    </>
  );
}
