import type { ReactNode } from 'react';

import type { AuditEntryJson } from '../../../../server/api/shapes/access.ts';
import { Link } from '../../components/controls/link.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { Nothing, Time } from '../../components/values/time.tsx';
import { detailsText, nameOf, sourceText } from './audit-words.ts';
import styles from './audit-page.module.css';

const COLUMNS: readonly Column<AuditEntryJson>[] = [
  { id: 'at', title: 'When', cell: ({ at }) => <Time at={at} /> },
  {
    id: 'actor',
    title: 'Who',
    cell: ({ actor }) => (
      <Link href={`/audit?actor=${encodeURIComponent(actor)}`} title={`Everything that ${actor} did`}>
        {actor}
      </Link>
    ),
  },
  {
    id: 'source',
    title: 'Source',
    cell: ({ source }) => (source === null ? <Nothing /> : sourceText(source)),
    isExtra: true,
  },
  { id: 'action', title: 'Did', cell: ({ action }) => action.replaceAll('_', ' ') },
  { id: 'subject', title: 'To', cell: (entry) => <Subject entry={entry} /> },
  {
    id: 'details',
    title: 'Details',
    cell: ({ details }) => {
      const text = detailsText(details);
      return text === '' ? (
        <Nothing />
      ) : (
        <code className={styles['details']} title={text}>
          {text}
        </code>
      );
    },
    isExtra: true,
  },
];

/** Deeds below each other, the newest first. */
export function AuditTable({ entries }: { readonly entries: readonly AuditEntryJson[] }): ReactNode {
  return <DataTable label="Deeds" rows={entries} columns={COLUMNS} rowKey={({ id }) => id} />;
}

function Subject({ entry }: { readonly entry: AuditEntryJson }): ReactNode {
  const { dagId, runId, recordId, details } = entry;
  const name = nameOf(details);
  if (dagId === null && runId === null && recordId === null) return name ?? <Nothing />;
  return (
    <span className={styles['subject']}>
      {dagId === null ? null : <Link href={`/dags/${encodeURIComponent(dagId)}`}>{dagId}</Link>}
      {recordId === null ? null : <Link href={`/records/${recordId}`}>{`Record ${recordId}`}</Link>}
      {runId === null ? null : <Link href={`/runs/${runId}`}>{`Run ${runId}`}</Link>}
    </span>
  );
}
