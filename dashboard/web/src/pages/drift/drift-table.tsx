import type { ReactNode } from 'react';

import type { SchemaDriftJson } from '../../../../server/api/shapes/drift.ts';
import { Link } from '../../components/controls/link.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Ago, WindowTime } from '../../components/values/time.tsx';
import styles from './drift.module.css';
import { changeWords, outcomeOf } from './drift-words.ts';

const WHAT: readonly Column<SchemaDriftJson>[] = [
  {
    id: 'table',
    title: 'Table and column',
    cell: (drift) => (
      <code title={drift.sentence}>
        {drift.table}
        {drift.column === null ? null : (
          <>
            <wbr />
            <span className={styles['column']}>.{drift.column}</span>
          </>
        )}
      </code>
    ),
    sortBy: ({ table, column }) => `${table}.${column ?? ''}`,
  },
  {
    id: 'change',
    title: 'Change',
    cell: ({ change, sentence }) => <span title={sentence}>{changeWords(change)}</span>,
    sortBy: ({ change }) => changeWords(change),
  },
  { id: 'types', title: 'Type', cell: (drift) => <Types {...drift} /> },
  {
    id: 'outcome',
    title: 'Outcome',
    cell: (drift) => <StatusBadge state={drift.decision} {...outcomeOf(drift)} />,
    sortBy: (drift) => outcomeOf(drift).words,
  },
  { id: 'at', title: 'When', cell: ({ at }) => <Ago at={at} />, sortBy: ({ at }) => at, isExtra: true },
];

const WHERE: Column<SchemaDriftJson> = {
  id: 'record',
  title: 'In',
  cell: ({ recordId, pipelineId, window }) => (
    <>
      <Link href={`/records/${recordId}`}>{`Record ${recordId}`}</Link> of{' '}
      <Link href={`/dags/${encodeURIComponent(pipelineId)}`}>{pipelineId}</Link>
      <br />
      <small className={styles['window']}>
        <WindowTime window={window} />
      </small>
    </>
  ),
};

interface DriftTableProps {
  readonly drift: readonly SchemaDriftJson[];
  /** False on the page of the record that all of them are of. */
  readonly showsWindow: boolean;
}

/** Changes of targets' schemas, each with the types before and after it and what became of it. */
export function DriftTable({ drift, showsWindow }: DriftTableProps): ReactNode {
  const shared = { label: 'Schema drift', rows: drift, rowKey: ({ id }: SchemaDriftJson) => id };
  if (!showsWindow) return <DataTable {...shared} columns={WHAT} />;
  return <DataTable {...shared} columns={[...WHAT, WHERE]} rowHref={({ recordId }) => `/records/${recordId}`} />;
}

function Types({ typeBefore, typeAfter }: Pick<SchemaDriftJson, 'typeBefore' | 'typeAfter'>): ReactNode {
  if (typeBefore === null && typeAfter === null) return null;
  return (
    <code className={styles['types']}>
      {typeBefore === null ? null : (
        <>
          <del>{typeBefore}</del> <span className={styles['to']}>→</span>{' '}
        </>
      )}
      <ins>{typeAfter}</ins>
    </code>
  );
}
