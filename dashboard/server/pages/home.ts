import type { Temporal, WindowRecord } from '#framework';
import type { DagSummary, RunSummary } from '#framework/operate';

import { type Html, html } from '../html/html.ts';
import { DAG_COLUMNS, dagRow } from './dag-row.ts';
import { RECORD_COLUMNS, recordRow } from './record-row.ts';
import { RUN_COLUMNS, runRow } from './run-row.ts';
import { table } from './sections.ts';

export interface HomeFacts {
  readonly dags: readonly DagSummary[];
  readonly records: readonly WindowRecord[];
  readonly runs: readonly RunSummary[];
  /** Where older ones are found; absent on the last page. */
  readonly olderRecords: number | undefined;
  readonly olderRuns: number | undefined;
  readonly token: string;
  readonly now: Temporal.Instant;
}

export function homePage(facts: HomeFacts): Html {
  const { dags, records, runs, token, now } = facts;
  return html`<h1>Overview</h1>
    <section data-live="dags" aria-labelledby="dags-title">
      <h2 id="dags-title">Dags</h2>
      ${table({
        caption: 'Dags',
        columns: DAG_COLUMNS,
        rows: dags.map((dag) => dagRow(dag, token)),
        whenEmpty: 'This project defines no dag yet. Add a file to dags/ and name it in dags/project.ts.',
      })}
    </section>
    <section data-live="records" aria-labelledby="records-title">
      <h2 id="records-title">Latest records</h2>
      ${table({
        caption: 'Latest records',
        columns: RECORD_COLUMNS,
        rows: records.map((record) => recordRow(record, now)),
        whenEmpty: html`No window has been recorded yet. Records appear when a pipeline's schedule makes them, or by
          hand: <code>windrow dags trigger</code>.`,
      })}
      ${older('records_before', facts.olderRecords, 'Older records')}
    </section>
    <section data-live="runs" aria-labelledby="runs-title">
      <h2 id="runs-title">Latest runs</h2>
      ${table({
        caption: 'Latest runs',
        columns: RUN_COLUMNS,
        rows: runs.map((run) => runRow(run, now)),
        whenEmpty: 'Nothing has run yet.',
      })}
      ${older('runs_before', facts.olderRuns, 'Older runs')}
    </section>`;
}

function older(name: string, before: number | undefined, label: string): Html {
  return before === undefined ? html`` : html`<p class="older"><a href="/?${name}=${before}">${label}</a></p>`;
}
