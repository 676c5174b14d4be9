import type { ReactNode } from 'react';

import type { RunTaskJson } from '../../../../server/api/shapes/run.ts';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Duration } from '../../components/values/time.tsx';
import styles from './run-page.module.css';

interface TaskListProps {
  readonly tasks: readonly RunTaskJson[];
  readonly selected: string | undefined;
  readonly onChoose: (task: string) => void;
}

/** Every task with its state; upstream tasks first, instances of a mapped one behind it. */
export function TaskList({ tasks, selected, onChoose }: TaskListProps): ReactNode {
  return (
    <nav aria-label="Tasks" className={styles['tasks']}>
      <h2>Tasks</h2>
      <ul>
        {tasks.map((task) => (
          <li key={task.name}>
            <button
              type="button"
              data-instance={task.name !== task.taskId}
              aria-current={task.name === selected ? 'true' : undefined}
              onClick={() => onChoose(task.name)}
            >
              <span className={styles['name']}>{task.name}</span>
              <span className={styles['took']}>
                {task.attempt > 1 ? `try ${task.attempt} · ` : ''}
                {task.startedAt === null ? null : <Duration from={task.startedAt} to={task.endedAt} />}
              </span>
              <StatusBadge state={task.state} />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
