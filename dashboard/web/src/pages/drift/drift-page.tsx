import type { ReactNode } from 'react';

import type { SchemaDriftJson } from '../../../../server/api/shapes/drift.ts';
import { useList } from '../../api/queries.ts';
import { useHour } from '../../app/now.ts';
import { Choice } from '../../components/controls/choice.tsx';
import { SearchField } from '../../components/controls/search-field.tsx';
import { DagFilter, FilterBar } from '../../components/filter/filter-bar.tsx';
import { Listing } from '../../components/filter/listing.tsx';
import { useFilter } from '../../components/filter/use-filter.ts';
import { Page } from '../../components/page/page.tsx';
import { DriftTable } from './drift-table.tsx';

const DECISIONS = [
  { value: '', words: 'any' },
  { value: 'applied', words: 'applied' },
  { value: 'paused', words: 'held, window waits' },
  { value: 'failed', words: 'held, window fails' },
];

const HOUR_MS = 3_600_000;
const SPANS: Readonly<Record<string, number>> = { '1d': 24, '7d': 168, '30d': 720 };
const WITHIN = [
  { value: '', words: 'any time' },
  { value: '1d', words: 'last 24 hours' },
  { value: '7d', words: 'last 7 days' },
  { value: '30d', words: 'last 30 days' },
];

/** What windows changed in the tables that they are loaded into, or asked to change. */
export function DriftPage(): ReactNode {
  const { values, set } = useFilter(['pipeline', 'table', 'decision', 'within']);
  const { pipeline, table, decision, within } = values;
  const hour = useHour();
  const list = useList<SchemaDriftJson>('/drift', { pipeline, table, decision, since: sinceOf(within, hour) });
  return (
    <Page
      title="Drift"
      description="Changes of schemas: what the source changed, and what the target made of it before it loaded the window."
    >
      <FilterBar>
        <SearchField
          label="Table begins with"
          value={table ?? ''}
          onChange={(typed) => set('table', typed.trimStart().toLowerCase())}
        />
        <DagFilter label="Pipeline" value={pipeline} isPipeline onChange={(chosen) => set('pipeline', chosen)} />
        <Choice
          label="Outcome"
          value={decision ?? ''}
          options={DECISIONS}
          onChange={(chosen) => set('decision', chosen)}
        />
        <Choice label="When" value={within ?? ''} options={WITHIN} onChange={(chosen) => set('within', chosen)} />
      </FilterBar>
      <Listing list={list} what="schema changes" whenEmpty={<WhenEmpty />}>
        {(drift) => <DriftTable drift={drift} showsWindow />}
      </Listing>
    </Page>
  );
}

function WhenEmpty(): ReactNode {
  return (
    <>
      When a window brings a new table, a new column, a longer text or another type, the target is changed before the
      load, or the window waits where a contract says so. Each such change is listed here.
    </>
  );
}

function sinceOf(within: string | undefined, hour: number): string | undefined {
  const span = SPANS[within ?? ''];
  return span === undefined ? undefined : new Date(hour - span * HOUR_MS).toISOString();
}
