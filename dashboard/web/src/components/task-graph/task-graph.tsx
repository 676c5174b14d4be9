import type { Edge, Node, NodeProps } from '@xyflow/react';
import { type ReactNode, useMemo } from 'react';

import { GraphCanvas } from '../graph/graph-canvas.tsx';
import { Ports } from '../graph/ports.tsx';
import { StatusBadge } from '../values/status-badge.tsx';
import { type GraphedTask, NODE, layoutTasks } from './layout-tasks.ts';
import styles from './task-graph.module.css';

/** A task in a graph; `state` where the graph is that of a run. */
export interface TaskNode extends GraphedTask {
  readonly state?: string;
  /** A word below its name: `try 2`, `teardown`. */
  readonly note?: string;
}

interface TaskGraphProps {
  readonly tasks: readonly TaskNode[];
  readonly selected: string | undefined;
  readonly onSelect: (task: string) => void;
}

type Box = Node<{ readonly task: TaskNode }, 'task'>;

const NODE_TYPES = { task: TaskBox };

/** The tasks of a dag as boxes and arrows; with states it is alive as its run goes on. */
export function TaskGraph({ tasks, selected, onSelect }: TaskGraphProps): ReactNode {
  const shape = shapeText(tasks);
  // States change with every event, the shape of a run never: it is placed once.
  const placed = useMemo(() => layoutTasks(readShape(shape)), [shape]);
  const nodes = tasks.map((task): Box => ({
    id: task.id,
    type: 'task',
    position: placed.places.get(task.id) ?? { x: 0, y: 0 },
    data: { task },
    selected: task.id === selected,
    ariaLabel: task.state === undefined ? task.id : `${task.id}, ${task.state}`,
    ...NODE,
  }));
  const edges = placed.arrows.map(({ from, to }): Edge => ({
    id: `${from} ${to}`,
    source: from,
    target: to,
  }));
  return (
    <GraphCanvas
      label="Graph of the tasks"
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      drawnHeight={placed.height}
      onSelect={onSelect}
    />
  );
}

/** A line per task: its id, then those before it. No id has a space. */
function shapeText(tasks: readonly GraphedTask[]): string {
  return tasks.map(({ id, upstream }) => [id, ...upstream].join(' ')).join('\n');
}

function readShape(text: string): readonly GraphedTask[] {
  return text.split('\n').map((line) => {
    const [id = '', ...upstream] = line.split(' ');
    return { id, upstream };
  });
}

function TaskBox({ data: { task }, selected }: NodeProps<Box>): ReactNode {
  return (
    <div className={styles['box']} data-selected={selected} data-state={task.state}>
      <Ports />
      <span className={styles['name']} title={task.id}>
        {task.id}
      </span>
      <span className={styles['note']}>
        {task.state === undefined ? null : <StatusBadge state={task.state} />}
        {task.note}
      </span>
    </div>
  );
}
