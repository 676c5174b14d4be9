import type { ReactNode } from 'react';

import type { SourceFileJson } from '../../../../server/api/shapes/file.ts';
import { Link } from '../../components/controls/link.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { CopyButton } from '../../components/values/copy-button.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Ago } from '../../components/values/time.tsx';
import { sizeText } from '../../format/size-text.ts';
import type { Tone } from '../../format/tone.ts';
import styles from './files.module.css';

const TONES: Readonly<Record<SourceFileJson['status'], Tone>> = { STAGED: 'waiting', LOADED: 'good', REPLACED: 'off' };

const SHOWN_DIGITS = 10;

const FACTS: readonly Column<SourceFileJson>[] = [
  {
    id: 'path',
    title: 'Path',
    cell: ({ path }) => (
      <span className={styles['path']}>
        <code title={path}>{path}</code>
        <CopyButton text={path} what="path" />
      </span>
    ),
    sortBy: ({ path }) => path,
  },
  { id: 'status', title: 'State', cell: (file) => <FileState file={file} />, sortBy: ({ status }) => status },
  {
    id: 'rows',
    title: 'Rows',
    cell: ({ rows }) => rows.toLocaleString('en'),
    sortBy: ({ rows }) => rows,
    align: 'end',
  },
  {
    id: 'bytes',
    title: 'Size',
    cell: ({ bytes }) => <span title={`${bytes.toLocaleString('en')} bytes`}>{sizeText(bytes)}</span>,
    sortBy: ({ bytes }) => bytes,
    align: 'end',
  },
  { id: 'sha256', title: 'SHA-256', cell: (file) => <Checksum file={file} />, isExtra: true },
];

const WHERE: readonly Column<SourceFileJson>[] = [
  {
    id: 'record',
    title: 'Record',
    cell: ({ recordId }) => <Link href={`/records/${recordId}`}>{recordId}</Link>,
  },
  { id: 'run', title: 'Run', cell: ({ runId }) => <Link href={`/runs/${runId}`}>{runId}</Link> },
];

const MORE: readonly Column<SourceFileJson>[] = [
  { id: 'at', title: 'Processed', cell: ({ processedAt }) => <Ago at={processedAt} />, isExtra: true },
  { id: 'model', title: 'Model', cell: ({ model }) => model, sortBy: ({ model }) => model, isExtra: true },
];

const PIPELINE: Column<SourceFileJson> = {
  id: 'pipeline',
  title: 'Pipeline',
  cell: ({ pipelineId }) => <Link href={`/dags/${encodeURIComponent(pipelineId)}`}>{pipelineId}</Link>,
  isExtra: true,
};

interface FileTableProps {
  readonly files: readonly SourceFileJson[];
  /** False on the page of the record that all of them are of. */
  readonly showsRecord: boolean;
}

/** Files that pipelines have taken in, with their checksums and what became of them. */
export function FileTable({ files, showsRecord }: FileTableProps): ReactNode {
  const shared = { label: 'Files', rows: files, rowKey: ({ id }: SourceFileJson) => id };
  if (!showsRecord) return <DataTable {...shared} columns={[...FACTS, ...MORE]} />;
  const columns = [...FACTS, ...WHERE, ...MORE, PIPELINE];
  return <DataTable {...shared} columns={columns} rowHref={({ recordId }) => `/records/${recordId}`} />;
}

function FileState({ file: { status, conflict } }: { readonly file: SourceFileJson }): ReactNode {
  const badge = <StatusBadge state={status} tone={TONES[status]} />;
  if (conflict === null) return badge;
  return (
    <>
      {badge}{' '}
      <Link
        href={`/records/${conflict.recordId}`}
        title={`Record ${conflict.recordId} brings this path with the checksum ${conflict.sha256}, and stopped.`}
      >
        <StatusBadge state="conflict" words={`changed in record ${conflict.recordId}`} tone="bad" />
      </Link>
    </>
  );
}

function Checksum({ file: { sha256, replacedSha256 } }: { readonly file: SourceFileJson }): ReactNode {
  const before = replacedSha256 === null ? '' : `, in place of ${replacedSha256}`;
  return (
    <>
      <code title={`${sha256}${before}`}>{sha256.slice(0, SHOWN_DIGITS)}</code>
      <CopyButton text={sha256} what="checksum" />
      {replacedSha256 === null ? null : <span className={styles['again']}>replaced</span>}
    </>
  );
}
