import type { Temporal, WindowRecord } from '#framework';

import { badge, maybeBadge } from '../html/badge.ts';
import { type Html, html } from '../html/html.ts';
import { secondsBetween, windowOf } from '../html/time.ts';
import type { Column } from './sections.ts';

export const RECORD_COLUMNS: readonly Column[] = [
  'Record',
  'Pipeline',
  'Window',
  'Status',
  'Last phase done',
  { number: 'Source' },
  { number: 'Stage' },
  { number: 'Target' },
  'Verdict',
  { number: 'Took' },
  { hidden: 'Re-run' },
];

export function recordRow(record: WindowRecord, now: Temporal.Instant): Html {
  const { id, audit } = record;
  return html`<tr>
    <th scope="row"><a href="/records/${id}">${id}</a></th>
    <td>${record.pipelineId}</td>
    <td>${windowOf(record.window)}</td>
    <td>${badge(record.pipelineStatus)}</td>
    <td>
      ${record.phaseCompleted === undefined ? html`<span class="none">–</span>` : phaseText(record.phaseCompleted)}
    </td>
    <td class="number">${rows(audit.sourceCount)}</td>
    <td class="number">${rows(audit.stageCount)}</td>
    <td class="number">${rows(audit.targetCount)}</td>
    <td>${maybeBadge(audit.result)}</td>
    <td class="number">${took(record, now)}</td>
    <td class="act"><a class="button" href="/records/${id}#rerun" aria-label="Re-run record ${id}">Re-run…</a></td>
  </tr> `;
}

/** `STAGE_TO_TARGET` as people say it. */
export function phaseText(phase: string): string {
  return phase.toLowerCase().replaceAll('_', ' ');
}

export function rows(count: number | undefined): Html {
  return count === undefined ? html`<span class="none">–</span>` : html`${count.toLocaleString('en')}`;
}

/** How long the last run of a record took, or takes so far. */
export function took(record: WindowRecord, now: Temporal.Instant): Html {
  const end = record.pipelineEndTime ?? (record.pipelineStatus === 'IN_PROGRESS' ? now : undefined);
  return secondsBetween(record.pipelineStartTime, end);
}
