import type { ReactNode } from 'react';

import type { PluginSectionJson } from '../../../../server/api/shapes/installation.ts';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { Card, Section } from '../../components/page/section.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { FactList } from '../../components/values/fact-list.tsx';
import { Icon } from '../../components/values/icon.tsx';
import { Nothing, Time } from '../../components/values/time.tsx';
import styles from './plugins-page.module.css';

type Part = Extract<PluginSectionJson, { kind: 'loaded' }>['parts'][number];
type Table = Extract<Part, { kind: 'table' }>;
type Cell = Table['rows'][number][number];

/** A part of the page that one plugin fills; where that fails, why. */
export function PluginSection({ section }: { readonly section: PluginSectionJson }): ReactNode {
  return (
    <Section title={section.title} beside={<span className={styles['plugin']}>{section.plugin}</span>}>
      {section.kind === 'failed' ? (
        <p className={styles['failed']} role="alert">
          <Icon name="cross" />
          {section.error}
        </p>
      ) : (
        <div className={styles['parts']}>
          {section.parts.map((part, index) => (
            // Parts have no names; a plugin gives them in one order.
            <ShownPart key={index} part={part} title={section.title} />
          ))}
        </div>
      )}
    </Section>
  );
}

function ShownPart({ part, title }: { readonly part: Part; readonly title: string }): ReactNode {
  switch (part.kind) {
    case 'text':
      return <p>{part.text}</p>;
    case 'facts':
      return (
        <Card>
          <FactList facts={Object.fromEntries(part.facts.map(([name, value]) => [name, shown(value)]))} />
        </Card>
      );
    case 'table':
      return part.rows.length === 0 ? (
        <EmptyState title="No rows" />
      ) : (
        <DataTable
          label={title}
          rows={part.rows.map((cells, row) => ({ cells, row }))}
          columns={columnsOf(part)}
          rowKey={({ row }) => row}
        />
      );
  }
}

interface Row {
  readonly cells: readonly Cell[];
  readonly row: number;
}

function columnsOf({ columns, rows }: Table): readonly Column<Row>[] {
  return columns.map((title, at) => ({
    id: title,
    title,
    cell: ({ cells }) => shown(cells[at] ?? null),
    sortBy: ({ cells }) => sortable(cells[at] ?? null),
    ...(rows.every((cells) => typeof cells[at] === 'number') ? { align: 'end' as const } : {}),
  }));
}

function sortable(value: Cell): string | number | null {
  return typeof value === 'boolean' ? String(value) : value;
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** A moment is told from other text by its form. */
function shown(value: Cell): ReactNode {
  if (value === null) return <Nothing />;
  if (typeof value === 'string' && MOMENT.test(value)) return <Time at={value} />;
  return typeof value === 'number' ? value.toLocaleString('en') : String(value);
}
