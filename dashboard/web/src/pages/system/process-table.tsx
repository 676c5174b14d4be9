import type { ReactNode } from 'react';

import type { ProcessJson } from '../../../../server/api/shapes/installation.ts';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { CopyButton } from '../../components/values/copy-button.tsx';
import { Ago, Nothing, Time } from '../../components/values/time.tsx';

const COLUMNS: readonly Column<ProcessJson>[] = [
  { id: 'kind', title: 'Process', cell: ({ kind }) => kind, sortBy: ({ kind }) => kind },
  {
    id: 'host',
    title: 'Machine',
    cell: ({ id, host, pid }) => (
      <>
        {host} · {pid} <CopyButton text={id} what="id of the process" />
      </>
    ),
    sortBy: ({ host }) => host,
  },
  {
    id: 'pools',
    title: 'Pools',
    cell: ({ pools }) => (pools.length === 0 ? <Nothing /> : <Names names={pools} />),
  },
  { id: 'dags', title: 'Dags', cell: ({ dags }) => <span title={dags.join(', ')}>{dags.length}</span>, align: 'end' },
  {
    id: 'running',
    title: 'Runs tasks',
    cell: ({ kind, running }) => (kind === 'worker' ? running : <Nothing />),
    sortBy: ({ running }) => running,
    align: 'end',
  },
  {
    id: 'renewals',
    title: 'Renewed',
    cell: ({ renewals, renewedAt }) =>
      renewals === 0 ? (
        <Nothing />
      ) : (
        <>
          {renewals}, <Ago at={renewedAt} />
        </>
      ),
    isExtra: true,
  },
  { id: 'started', title: 'Started', cell: ({ startedAt }) => <Time at={startedAt} />, isExtra: true },
  { id: 'seen', title: 'Last sign of life', cell: ({ seenAt }) => <Ago at={seenAt} />, sortBy: ({ seenAt }) => seenAt },
];

/** Workers and schedulers that live, on every machine. */
export function ProcessTable({ processes }: { readonly processes: readonly ProcessJson[] }): ReactNode {
  if (processes.length === 0) {
    return (
      <EmptyState title="Nothing runs">
        Neither a worker nor a scheduler has said during the last seconds that it lives. Start them with{' '}
        <code>windrow worker</code> and <code>windrow scheduler</code>, or both with <code>windrow up</code>.
      </EmptyState>
    );
  }
  return <DataTable label="Processes" rows={processes} columns={COLUMNS} rowKey={({ id }) => id} />;
}

const MOST_NAMES = 3;

function Names({ names }: { readonly names: readonly string[] }): ReactNode {
  const more = names.length - MOST_NAMES;
  return (
    <span title={names.join(', ')}>
      {names.slice(0, MOST_NAMES).join(', ')}
      {more > 0 ? ` and ${more} more` : ''}
    </span>
  );
}
