import type { ReactNode } from 'react';

import { JsonView } from '../json-view/json-view.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { CopyButton } from '../values/copy-button.tsx';
import { Time } from '../values/time.tsx';
import styles from './metadata.module.css';
import { type MetadataEntry, columnsOf, isNumericEntry, metadataName, metadataNumber } from './metadata-text.ts';

interface MetadataValueProps {
  readonly name: string;
  readonly entry: MetadataEntry;
}

/** One fact as its type asks for. */
export function MetadataValue({ name, entry }: MetadataValueProps): ReactNode {
  if (isNumericEntry(entry)) {
    return (
      <span className={styles['number']} title={String(entry.value)}>
        {metadataNumber(entry.type, entry.value)}
      </span>
    );
  }
  switch (entry.type) {
    case 'text':
      return entry.value;
    case 'markdown':
      return <Markdown text={entry.value} />;
    case 'path':
      return (
        <span className={styles['path']}>
          <code>{entry.value}</code>
          <CopyButton text={entry.value} what={`path ${metadataName(name)}`} />
        </span>
      );
    case 'url':
      return (
        <a href={entry.value} rel="noreferrer">
          {entry.value}
        </a>
      );
    case 'timestamp':
      return <Time at={entry.value} />;
    case 'json':
    case 'table':
    case 'schema':
      return <Structured label={metadataName(name)} entry={entry} />;
  }
}

interface StructuredProps {
  readonly label: string;
  readonly entry: Extract<MetadataEntry, { readonly type: 'json' | 'table' | 'schema' }>;
}

function Structured({ label, entry }: StructuredProps): ReactNode {
  switch (entry.type) {
    case 'json':
      return <JsonView value={entry.value} label={label} />;
    case 'table':
      return <Rows label={label} columns={columnsOf(entry.value)} rows={entry.value} />;
    case 'schema':
      return <Rows label={label} columns={SCHEMA_COLUMNS} rows={entry.value.map(schemaRow)} />;
  }
}

const SCHEMA_COLUMNS = ['column', 'type', 'null'] as const;

type Cell = string | number | boolean | null;

function schemaRow(column: SchemaColumn): Readonly<Record<string, Cell>> {
  const { name, type, nullable } = column;
  return { column: name, type, null: nullable === false ? 'never' : 'allowed' };
}

interface SchemaColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable?: boolean | undefined;
}

interface RowsProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

function Rows({ label, columns, rows }: RowsProps): ReactNode {
  if (rows.length === 0) return 'no rows';
  return (
    <div className={styles['rows']} tabIndex={0} role="group" aria-label={label}>
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // Rows of metadata have no keys, and are shown whole and once.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={index}>
              {columns.map((column) => (
                <td key={column}>{String(row[column] ?? '')}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
