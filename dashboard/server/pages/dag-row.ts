import { formatDuration, scheduleFromJson, windowKindText } from '#framework';
import type { DagSummary } from '#framework/operate';

import { badge } from '../html/badge.ts';
import { postButton } from '../html/form.ts';
import { type Html, html } from '../html/html.ts';
import { timeOf } from '../html/time.ts';
import type { Column } from './sections.ts';

export const DAG_COLUMNS: readonly Column[] = [
  'Dag',
  'State',
  'Windows',
  'Last run',
  { number: 'Pending' },
  { number: 'Failed' },
  { hidden: 'Switch' },
];

export function dagRow(dag: DagSummary, token: string): Html {
  return html`<tr>
    <th scope="row">
      <span class="name">${dag.id}</span>${dag.description === null ? '' : html`<small>${dag.description}</small>`}
    </th>
    <td>
      ${dag.paused ? html`<span class="badge quiet">paused</span>` : html`<span class="badge good">active</span>`}
    </td>
    <td>${scheduleText(dag)}</td>
    <td>${lastRun(dag)}</td>
    <td class="number">${count(dag, dag.pendingWindows)}</td>
    <td class="number">
      ${dag.failedWindows > 0 ? html`<strong class="alarm">${dag.failedWindows}</strong>` : count(dag, 0)}
    </td>
    <td class="act">${pauseButton(dag, token)}</td>
  </tr> `;
}

function scheduleText({ schedule, sensors }: DagSummary): Html {
  if (schedule === null && sensors.length > 0) return html`sensor ${sensors.join(', ')}`;
  if (schedule === null) return html`<span class="none">by hand</span>`;
  const { windows, lagMs } = scheduleFromJson(schedule);
  const lag = lagMs === 0 ? '' : html`<span class="quiet">, ${formatDuration(lagMs)} after their end</span>`;
  return html`every ${windowKindText(windows)}${lag}`;
}

function lastRun({ lastRun }: DagSummary): Html {
  if (lastRun === null) return html`<span class="none">–</span>`;
  return html`${badge(lastRun.state)}
    <a href="/runs/${lastRun.id}">run ${lastRun.id}</a
    >${lastRun.endedAt === null ? '' : html`<small>${timeOf(lastRun.endedAt)}</small>`}`;
}

function count({ isPipeline }: DagSummary, value: number): Html {
  return isPipeline ? html`${value}` : html`<span class="none">–</span>`;
}

function pauseButton({ id, paused }: DagSummary, token: string): Html {
  const [verb, label] = paused ? ['unpause', 'Unpause'] : ['pause', 'Pause'];
  return postButton({ action: `/dags/${id}/${verb}`, label, token, spoken: `${label} ${id}` });
}
