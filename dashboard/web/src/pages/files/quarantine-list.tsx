import type { ReactNode } from 'react';

import type { QuarantineJson } from '../../../../server/api/shapes/file.ts';
import { useList } from '../../api/queries.ts';
import { Link } from '../../components/controls/link.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { DagFilter, FilterBar } from '../../components/filter/filter-bar.tsx';
import { Listing } from '../../components/filter/listing.tsx';
import { useFilter } from '../../components/filter/use-filter.ts';
import { Command } from '../../components/values/copy-button.tsx';
import { Nothing, WindowTime } from '../../components/values/time.tsx';
import styles from './files.module.css';

const MOST_TABLES = 3;

const COLUMNS: readonly Column<QuarantineJson>[] = [
  {
    id: 'record',
    title: 'Record',
    cell: ({ recordId }) => <Link href={`/records/${recordId}`}>{`Record ${recordId}`}</Link>,
    sortBy: ({ recordId }) => recordId,
  },
  {
    id: 'rows',
    title: 'Rows left out',
    cell: ({ rows }) => rows.toLocaleString('en'),
    sortBy: ({ rows }) => rows,
    align: 'end',
  },
  { id: 'tables', title: 'Of tables', cell: ({ tables }) => <Tables tables={tables} /> },
  {
    id: 'command',
    title: 'Lists them with their reasons',
    cell: ({ command }) => (command === null ? <Nothing /> : <Command text={command} />),
  },
  { id: 'window', title: 'Window', cell: ({ window }) => <WindowTime window={window} /> },
  {
    id: 'pipeline',
    title: 'Pipeline',
    cell: ({ pipelineId }) => <Link href={`/dags/${encodeURIComponent(pipelineId)}`}>{pipelineId}</Link>,
    isExtra: true,
  },
];

/** Windows that are loaded without some of their rows. */
export function QuarantineList(): ReactNode {
  const { values, set } = useFilter(['pipeline']);
  const list = useList<QuarantineJson>('/quarantine', values);
  return (
    <>
      <FilterBar>
        <DagFilter label="Pipeline" value={values.pipeline} isPipeline onChange={(chosen) => set('pipeline', chosen)} />
      </FilterBar>
      <Listing
        list={list}
        what="rows in quarantine"
        whenEmpty="No window has left a row out. Where a source may do so, rows that no column can hold go to the table windrow_quarantine of the target instead of stopping their window."
      >
        {(windows) => (
          <DataTable
            label="Quarantine"
            rows={windows}
            columns={COLUMNS}
            rowKey={({ recordId }) => recordId}
            rowHref={({ recordId }) => `/records/${recordId}`}
          />
        )}
      </Listing>
    </>
  );
}

function Tables({ tables }: Pick<QuarantineJson, 'tables'>): ReactNode {
  if (tables.length === 0) return <Nothing />;
  const texts = tables.map(({ table, rows }) => `${table} ${rows.toLocaleString('en')}`);
  const more = texts.length > MOST_TABLES ? ` and ${texts.length - MOST_TABLES} more` : '';
  return (
    <span className={styles['tables']} title={texts.join(', ')}>
      {texts.slice(0, MOST_TABLES).join(', ')}
      {more}
    </span>
  );
}
