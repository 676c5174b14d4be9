import type { ReactNode } from 'react';

import type { SystemJson } from '../../../../server/api/shapes/installation.ts';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { Nothing, Time } from '../../components/values/time.tsx';
import { sizeText } from '../../format/size-text.ts';

type Table = SystemJson['tables'][number];

const COLUMNS: readonly Column<Table>[] = [
  { id: 'table', title: 'Table', cell: ({ table }) => <code>{table}</code>, sortBy: ({ table }) => table },
  {
    id: 'rows',
    title: 'Rows, about',
    cell: ({ rows }) => rows.toLocaleString('en'),
    sortBy: ({ rows }) => rows,
    align: 'end',
  },
  { id: 'size', title: 'Size', cell: ({ bytes }) => sizeText(bytes), sortBy: ({ bytes }) => bytes, align: 'end' },
  {
    id: 'weeks',
    title: 'Weeks',
    cell: ({ partitions }) => (partitions === 0 ? <Nothing /> : partitions),
    align: 'end',
    isExtra: true,
  },
  { id: 'oldest', title: 'Oldest row', cell: ({ oldest }) => <Time at={oldest} />, isExtra: true },
];

/** What the tables of the engine take, the largest first. */
export function TableSizes({ tables }: { readonly tables: readonly Table[] }): ReactNode {
  return <DataTable label="Tables of the database" rows={tables} columns={COLUMNS} rowKey={({ table }) => table} />;
}
