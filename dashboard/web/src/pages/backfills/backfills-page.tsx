import { type ReactNode, useState } from 'react';

import type { BackfillJson } from '../../../../server/api/shapes/backfill.ts';
import { useList } from '../../api/queries.ts';
import { Button } from '../../components/controls/button.tsx';
import { Link } from '../../components/controls/link.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { DagFilter, FilterBar } from '../../components/filter/filter-bar.tsx';
import { Listing } from '../../components/filter/listing.tsx';
import { useFilter } from '../../components/filter/use-filter.ts';
import { Page } from '../../components/page/page.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Nothing, Time, WindowTime } from '../../components/values/time.tsx';
import { Progress } from '../backfill/progress.tsx';
import { CreateBackfill } from './create-backfill.tsx';

const COLUMNS: readonly Column<BackfillJson>[] = [
  { id: 'id', title: 'Backfill', cell: ({ id }) => <Link href={`/backfills/${id}`}>{`Backfill ${id}`}</Link> },
  { id: 'dag', title: 'Dag', cell: ({ dagId }) => <Link href={`/dags/${encodeURIComponent(dagId)}`}>{dagId}</Link> },
  { id: 'state', title: 'State', cell: ({ state }) => <StatusBadge state={state} /> },
  { id: 'progress', title: 'Windows', cell: ({ counts }) => <Progress counts={counts} /> },
  {
    id: 'stretch',
    title: 'From – to',
    cell: ({ from, to }) => <WindowTime window={{ start: from, end: to }} />,
    isExtra: true,
  },
  { id: 'only', title: 'Which', cell: ({ only }) => only, isExtra: true },
  { id: 'by', title: 'By', cell: ({ createdBy }) => createdBy ?? <Nothing />, isExtra: true },
  {
    id: 'created',
    title: 'Created',
    cell: ({ createdAt }) => <Time at={createdAt} precision="minute" />,
    isExtra: true,
  },
];

/** Many windows of one dag, run beside its schedule because somebody asked for them. */
export function BackfillsPage(): ReactNode {
  const { values, set } = useFilter(['dag']);
  const [isCreating, setCreating] = useState(false);
  const list = useList<BackfillJson>('/backfills', values);
  return (
    <Page
      title="Backfills"
      description="Many windows of one dag, run beside its schedule."
      actions={
        <Button demands="operator" tone="main" onClick={() => setCreating(true)}>
          New backfill …
        </Button>
      }
    >
      <FilterBar>
        <DagFilter value={values.dag} onChange={(dag) => set('dag', dag)} />
      </FilterBar>
      <Listing list={list} what="backfills" whenEmpty="A new one shows first which windows it would run.">
        {(items) => (
          <DataTable
            label="Backfills"
            rows={items}
            columns={COLUMNS}
            rowKey={({ id }) => id}
            rowHref={({ id }) => `/backfills/${id}`}
          />
        )}
      </Listing>
      {isCreating ? <CreateBackfill dag={values.dag} onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}
