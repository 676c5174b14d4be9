import { type ReactNode, useState } from 'react';

import type { PoolJson, SystemJson } from '../../../../server/api/shapes/installation.ts';
import { Button } from '../../components/controls/button.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { Ago, Nothing } from '../../components/values/time.tsx';
import { limitsText, rateText } from './limits-text.ts';
import { PoolLimits } from './pool-limits.tsx';
import { type PoolRow, poolRows } from './pool-rows.ts';
import styles from './system-page.module.css';

interface PoolTableProps {
  readonly pools: readonly PoolJson[];
  readonly queues: SystemJson['queues'];
}

/** What each pool may take, takes and has waiting; its limits can be set. */
export function PoolTable({ pools, queues }: PoolTableProps): ReactNode {
  const [asked, setAsked] = useState<string | undefined>();
  const rows = poolRows(pools, queues);
  const pool = pools.find(({ name }) => name === asked);
  if (rows.length === 0) {
    return (
      <EmptyState title="No pool has limits or tasks">
        <code>pools</code> of <code>defineProject</code> limits how many tasks run at once.
      </EmptyState>
    );
  }
  return (
    <>
      <DataTable label="Pools" rows={rows} columns={columnsOf(setAsked)} rowKey={({ name }) => name} />
      {pool === undefined ? null : <PoolLimits pool={pool} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function columnsOf(onAsk: (name: string) => void): readonly Column<PoolRow>[] {
  return [
    { id: 'name', title: 'Pool', cell: ({ name }) => name, sortBy: ({ name }) => name },
    { id: 'slots', title: 'Slots in use', cell: ({ limits }) => <Slots limits={limits} /> },
    {
      id: 'rate',
      title: 'Rate',
      cell: ({ limits }) => (limits?.rate === undefined ? <Nothing /> : rateText(limits.rate)),
      isExtra: true,
    },
    {
      id: 'held',
      title: 'Held back',
      cell: ({ limits }) => (limits === undefined ? <Nothing /> : limits.held.toLocaleString('en')),
      sortBy: ({ limits }) => limits?.held ?? 0,
      align: 'end',
    },
    {
      id: 'queued',
      title: 'Queued',
      cell: ({ queued }) => queued.toLocaleString('en'),
      sortBy: ({ queued }) => queued,
      align: 'end',
    },
    {
      id: 'running',
      title: 'Running',
      cell: ({ running }) => running.toLocaleString('en'),
      sortBy: ({ running }) => running,
      align: 'end',
    },
    { id: 'since', title: 'Waiting since', cell: ({ waitingSince }) => <Ago at={waitingSince} />, isExtra: true },
    { id: 'by', title: 'Set by', cell: ({ limits }) => <SetBy limits={limits} />, isExtra: true, isText: true },
    {
      id: 'change',
      title: 'Limits',
      cell: ({ name, limits }) =>
        limits === undefined ? (
          'none'
        ) : (
          <Button demands="operator" label={`Change the limits of ${name}`} onClick={() => onAsk(name)}>
            Change …
          </Button>
        ),
    },
  ];
}

function Slots({ limits }: { readonly limits: PoolJson | undefined }): ReactNode {
  if (limits === undefined) return <Nothing />;
  const { used, slots } = limits;
  return (
    <span className={styles['slots']}>
      <meter min={0} max={Math.max(slots, used, 1)} value={used} aria-label="Slots in use" />
      {used} of {slots}
    </span>
  );
}

function SetBy({ limits }: { readonly limits: PoolJson | undefined }): ReactNode {
  if (limits === undefined) return <Nothing />;
  if (limits.removedAt !== null) return 'removed from the code';
  return limits.setBy === 'code' ? 'the code' : `an operator; the code says ${limitsText(limits.code)}`;
}
