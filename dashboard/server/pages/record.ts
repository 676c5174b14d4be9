import { PHASES, type Temporal, type WindowRecord, recordFields } from '#framework';
import type { EventView, RunSummary } from '#framework/operate';

import { badge, maybeBadge } from '../html/badge.ts';
import { type Html, html } from '../html/html.ts';
import { secondsBetween, timeOf, windowOf } from '../html/time.ts';
import { phaseText, rows, took } from './record-row.ts';
import { type RerunOffer, rerunSection } from './rerun-section.ts';
import { RUN_COLUMNS, runRow } from './run-row.ts';
import { facts, table } from './sections.ts';
import { type RunFacts, failureText, taskList } from './task-list.ts';

export interface RecordFacts {
  readonly record: WindowRecord;
  readonly offers: readonly RerunOffer[];
  readonly runs: readonly RunSummary[];
  /** The newest run with everything in it. */
  readonly latest: RunFacts | undefined;
  readonly events: readonly EventView[];
  readonly token: string;
  readonly now: Temporal.Instant;
}

export function recordPage(shown: RecordFacts): Html {
  const { record, runs, latest, now, events } = shown;
  return html`<p class="trail"><a href="/">Overview</a> / record</p>
    <section data-live="record" aria-labelledby="title">
      <h1 id="title">Record ${record.id} <small>${record.pipelineId}</small> ${badge(record.pipelineStatus)}</h1>
      ${record.error === undefined ? '' : errorBox(record)} ${summary(record, now)}
      <h2>Phases</h2>
      ${phases(record, now)}
    </section>
    <section data-live="rerun" id="rerun" aria-labelledby="rerun-title">${rerunSection(record, shown)}</section>
    <section data-live="runs" aria-labelledby="runs-title">
      <h2 id="runs-title">Runs of this record</h2>
      ${table({
        caption: 'Runs of this record',
        columns: RUN_COLUMNS,
        rows: runs.map((run) => runRow(run, now)),
        whenEmpty: 'This window has not run yet.',
      })}
    </section>
    ${
      latest === undefined
        ? ''
        : html`<section data-live="tasks" aria-labelledby="tasks-title">
            <h2 id="tasks-title">Tasks of run ${latest.run.id}</h2>
            ${taskList(latest)}
          </section>`
    }
    <section data-live="history" aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      ${history(events)}
    </section>
    <section data-live="fields" aria-labelledby="fields-title">
      <h2 id="fields-title">All fields</h2>
      <details data-key="fields">
        <summary>The row of <code>pipeline_records</code></summary>
        ${allFields(record)}
      </details>
    </section>`;
}

function errorBox({ id, error }: WindowRecord): Html {
  if (error === undefined) return html``;
  return html`<div class="error" role="alert">
    <p>${failureText(error)}</p>
    <p>Once the cause is gone, run the window again below, or with <code>windrow records rerun ${id}</code></p>
  </div>`;
}

function summary(record: WindowRecord, now: Temporal.Instant): Html {
  const { audit } = record;
  return facts([
    ['Window', windowOf(record.window)],
    ['Verdict', maybeBadge(audit.result)],
    ['Source rows', rows(audit.sourceCount)],
    ['Stage rows', rows(audit.stageCount)],
    ['Target rows', rows(audit.targetCount)],
    ['Took', took(record, now)],
    ['Re-runs', record.retryAttempt],
    ['Updated', timeOf(record.recordLastUpdatedTime)],
  ]);
}

function phases(record: WindowRecord, now: Temporal.Instant): Html {
  return table({
    caption: 'Phases',
    columns: ['Phase', 'Status', 'Started', 'Ended', { number: 'Took' }],
    rows: PHASES.map((phase) => {
      const { status, startedAt, endedAt } = record.phases[phase];
      const end = endedAt ?? (status === 'IN_PROGRESS' ? now : undefined);
      return html`<tr>
        <th scope="row">${phaseText(phase)}</th>
        <td>${badge(status)}</td>
        <td>${timeOf(startedAt)}</td>
        <td>${timeOf(endedAt)}</td>
        <td class="number">${secondsBetween(startedAt, end)}</td>
      </tr> `;
    }),
    whenEmpty: '',
  });
}

function history(events: readonly EventView[]): Html {
  return table({
    caption: 'History',
    columns: ['When', 'What', 'Run', 'Task', 'Details'],
    rows: events.toReversed().map(
      ({ at, kind, runId, taskId, details }) =>
        html`<tr>
          <td>${timeOf(at)}</td>
          <td>${kind.replaceAll('_', ' ')}</td>
          <td>${runId === null ? '' : html`<a href="/runs/${runId}">${runId}</a>`}</td>
          <td>${taskId}</td>
          <td class="why">${Object.keys(details).length === 0 ? '' : html`<code>${JSON.stringify(details)}</code>`}</td>
        </tr> `,
    ),
    whenEmpty: 'Nothing has happened to this record yet.',
  });
}

function allFields(record: WindowRecord): Html {
  return table({
    caption: 'All fields of the record',
    columns: ['Column', 'Value'],
    rows: Object.entries(recordFields(record)).map(
      ([column, value]) =>
        html`<tr>
          <th scope="row"><code>${column}</code></th>
          <td class="why">
            ${value === null ? html`<span class="none">null</span>` : typeof value === 'string' ? value : JSON.stringify(value)}
          </td>
        </tr> `,
    ),
    whenEmpty: '',
  });
}
