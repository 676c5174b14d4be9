import type { ReactNode } from 'react';

import type { RunJson } from '../../../../server/api/shapes/run.ts';
import { Link } from '../../components/controls/link.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Duration, Nothing, Time, WindowTime } from '../../components/values/time.tsx';

const COLUMNS: readonly Column<RunJson>[] = [
  { id: 'id', title: 'Run', cell: ({ id }) => <Link href={`/runs/${id}`}>{`Run ${id}`}</Link> },
  { id: 'dag', title: 'Dag', cell: ({ dagId }) => <Link href={`/dags/${encodeURIComponent(dagId)}`}>{dagId}</Link> },
  { id: 'state', title: 'State', cell: ({ state }) => <StatusBadge state={state} /> },
  { id: 'window', title: 'Window', cell: ({ window }) => <WindowTime window={window} /> },
  { id: 'kind', title: 'Kind', cell: ({ kind }) => kind, isExtra: true },
  {
    id: 'record',
    title: 'Record',
    cell: ({ recordId }) => (recordId === null ? <Nothing /> : <Link href={`/records/${recordId}`}>{recordId}</Link>),
    isExtra: true,
  },
  { id: 'started', title: 'Started', cell: ({ startedAt }) => <Time at={startedAt} />, isExtra: true },
  {
    id: 'took',
    title: 'Took',
    cell: ({ startedAt, endedAt }) => <Duration from={startedAt} to={endedAt} />,
    align: 'end',
  },
];

interface RunTableProps {
  readonly runs: readonly RunJson[];
  readonly label: string;
}

/** Runs below each other, newest first. */
export function RunTable({ runs, label }: RunTableProps): ReactNode {
  if (runs.length === 0) return <EmptyState title="No runs" />;
  return (
    <DataTable
      label={label}
      rows={runs}
      columns={COLUMNS}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/runs/${id}`}
    />
  );
}
