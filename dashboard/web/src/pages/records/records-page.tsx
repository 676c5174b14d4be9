import type { ReactNode } from 'react';

import type { RecordJson } from '../../../../server/api/shapes/record.ts';
import { useList } from '../../api/queries.ts';
import { Link } from '../../components/controls/link.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { DagFilter, FilterBar, StateFilter } from '../../components/filter/filter-bar.tsx';
import { Listing } from '../../components/filter/listing.tsx';
import { SpanFilter } from '../../components/filter/span-filter.tsx';
import { useFilter } from '../../components/filter/use-filter.ts';
import { Page } from '../../components/page/page.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Ago, Duration, Nothing, WindowTime } from '../../components/values/time.tsx';
import { phaseWords } from '../record/phase-words.ts';

const STATES = ['PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED'];

const COLUMNS: readonly Column<RecordJson>[] = [
  { id: 'id', title: 'Record', cell: ({ id }) => <Link href={`/records/${id}`}>{`Record ${id}`}</Link> },
  {
    id: 'pipeline',
    title: 'Pipeline',
    cell: ({ pipelineId }) => <Link href={`/dags/${encodeURIComponent(pipelineId)}`}>{pipelineId}</Link>,
  },
  { id: 'window', title: 'Window', cell: ({ window }) => <WindowTime window={window} /> },
  { id: 'status', title: 'State', cell: ({ status }) => <StatusBadge state={status} /> },
  {
    id: 'phase',
    title: 'Done',
    cell: ({ phaseCompleted }) => (phaseCompleted === null ? <Nothing /> : phaseWords(phaseCompleted)),
    isExtra: true,
  },
  { id: 'source', title: 'Source', cell: ({ sourceCount }) => rows(sourceCount), align: 'end', isExtra: true },
  { id: 'target', title: 'Target', cell: ({ targetCount }) => rows(targetCount), align: 'end', isExtra: true },
  {
    id: 'verdict',
    title: 'Audit',
    cell: ({ verdict }) => (verdict === null ? <Nothing /> : <StatusBadge state={verdict} />),
    isExtra: true,
  },
  {
    id: 'took',
    title: 'Took',
    cell: ({ startedAt, endedAt }) => <Duration from={startedAt} to={endedAt} />,
    align: 'end',
  },
  { id: 'updated', title: 'Updated', cell: ({ updatedAt }) => <Ago at={updatedAt} />, isExtra: true },
];

/** Windows of every pipeline, the newest record first. */
export function RecordsPage(): ReactNode {
  const { values, set } = useFilter(['pipeline', 'status', 'from', 'to']);
  const list = useList<RecordJson>('/records', values);
  return (
    <Page title="Records" description="Windows of pipelines: one record each, the newest first.">
      <FilterBar>
        <DagFilter
          label="Pipeline"
          value={values.pipeline}
          isPipeline
          onChange={(pipeline) => set('pipeline', pipeline)}
        />
        <StateFilter value={values.status} states={STATES} onChange={(status) => set('status', status)} />
        <SpanFilter label="Windows from" from={values.from} to={values.to} onChange={set} />
      </FilterBar>
      <Listing list={list} what="records" whenEmpty="A record is made when a window of a pipeline is due.">
        {(records) => (
          <DataTable
            label="Records"
            rows={records}
            columns={COLUMNS}
            rowKey={({ id }) => id}
            rowHref={({ id }) => `/records/${id}`}
          />
        )}
      </Listing>
    </Page>
  );
}

function rows(count: number | null): ReactNode {
  return count === null ? <Nothing /> : count.toLocaleString('en');
}
