import type { Temporal } from '#framework';
import type { RunSummary } from '#framework/operate';

import { badge } from '../html/badge.ts';
import { type Html, html } from '../html/html.ts';
import { secondsBetween, timeOf, windowOf } from '../html/time.ts';
import type { Column } from './sections.ts';

export const RUN_COLUMNS: readonly Column[] = [
  'Run',
  'Dag',
  'Kind',
  'State',
  'Window',
  'Record',
  'Created',
  { number: 'Took' },
  { number: 'Open tasks' },
  { number: 'Failed tasks' },
];

export function runRow(run: RunSummary, now: Temporal.Instant): Html {
  return html`<tr>
    <th scope="row"><a href="/runs/${run.id}">${run.id}</a></th>
    <td>${run.dagId}</td>
    <td>${run.kind}</td>
    <td>${badge(run.state)}</td>
    <td>${windowOf(run.window)}</td>
    <td>
      ${run.recordId === null ? html`<span class="none">–</span>` : html`<a href="/records/${run.recordId}">${run.recordId}</a>`}
    </td>
    <td>${timeOf(run.createdAt)}</td>
    <td class="number">${secondsBetween(run.startedAt, run.endedAt ?? now)}</td>
    <td class="number">${run.openTasks}</td>
    <td class="number">${run.failedTasks > 0 ? html`<strong class="alarm">${run.failedTasks}</strong>` : '0'}</td>
  </tr> `;
}
