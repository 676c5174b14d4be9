import type { ReactNode } from 'react';

import type { RunJson } from '../../../../server/api/shapes/run.ts';
import { useList } from '../../api/queries.ts';
import { DagFilter, FilterBar, StateFilter } from '../../components/filter/filter-bar.tsx';
import { Listing } from '../../components/filter/listing.tsx';
import { SpanFilter } from '../../components/filter/span-filter.tsx';
import { useFilter } from '../../components/filter/use-filter.ts';
import { Page } from '../../components/page/page.tsx';
import { RunTable } from './run-table.tsx';

const STATES = ['queued', 'running', 'success', 'failed', 'cancelled'];

/** Runs of every dag, newest first. */
export function RunsPage(): ReactNode {
  const { values, set } = useFilter(['dag', 'state', 'from', 'to']);
  const list = useList<RunJson>('/runs', values);
  return (
    <Page title="Runs" description="Executions of dags, the newest first.">
      <FilterBar>
        <DagFilter value={values.dag} onChange={(dag) => set('dag', dag)} />
        <StateFilter value={values.state} states={STATES} onChange={(state) => set('state', state)} />
        <SpanFilter label="Windows from" from={values.from} to={values.to} onChange={set} />
      </FilterBar>
      <Listing
        list={list}
        what="runs"
        whenEmpty="A run starts when a window is due, or by hand from the page of a dag."
      >
        {(runs) => <RunTable runs={runs} label="Runs" />}
      </Listing>
    </Page>
  );
}
