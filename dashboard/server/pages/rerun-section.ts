import type { Json, Phase, WindowRecord } from '#framework';
import type { AcceptedRerun, RerunPreview } from '#framework/operate';

import { postButton } from '../html/form.ts';
import { type Html, html } from '../html/html.ts';
import { phaseText } from './record-row.ts';
import { table } from './sections.ts';

/** What a re-run from a phase would do, asked before it is offered. */
export interface RerunOffer {
  readonly from: Phase;
  /** The phase that is to be done next. */
  readonly isSuggested: boolean;
  readonly preview: RerunPreview;
}

export function rerunSection(
  record: WindowRecord,
  { offers, token }: { readonly offers: readonly RerunOffer[]; readonly token: string },
): Html {
  return html`<h2 id="rerun-title">Run again</h2>
    <p class="quiet">
      However often a window is run, the target ends the same. Each choice shows what it resets before you press the
      button.
    </p>
    <ul class="offers">
      ${offers.map((offer) => html`<li>${rerunOffer(record, { ...offer, token })}</li> `)}
    </ul>`;
}

function rerunOffer(
  record: WindowRecord,
  { from, isSuggested, preview, token }: RerunOffer & { readonly token: string },
): Html {
  const title = html`<strong>${offerTitle(from)}</strong
    >${isSuggested && preview.kind === 'planned' ? html` <span class="badge waiting">suggested</span>` : ''}`;
  if (preview.kind !== 'planned') {
    return html`<div class="offer">
      <div>${title}<small>${preview.kind === 'refused' ? preview.reason : 'The record is gone.'}</small></div>
    </div>`;
  }
  const button = postButton({
    action: `/records/${record.id}/rerun`,
    label: from === 'SOURCE_TO_STAGE' ? 'Re-run whole window' : `Re-run from ${phaseText(from)}`,
    token,
    fields: { from },
    tone: isSuggested ? 'main' : 'plain',
  });
  return html`<div class="offer">
      <div>${title}${stays(preview.plan)}</div>
      ${button}
    </div>
    <details data-key="preview-${from}">
      <summary>What changes (dry run)</summary>
      ${changes(preview.plan)}
      <p class="quiet">
        The same from the command line: <code>windrow records rerun ${record.id} --from ${from} --dry-run</code>
      </p>
    </details>`;
}

function offerTitle(from: Phase): string {
  return from === 'SOURCE_TO_STAGE' ? 'The whole window' : `From ${phaseText(from)}`;
}

function stays({ keeps, repeats }: AcceptedRerun): Html {
  const kept = keeps.length === 0 ? 'Nothing is kept' : `Stays: ${keeps.map(phaseText).join(', ')}`;
  return html`<small>${kept}. Done again: ${repeats.map(phaseText).join(', ')}.</small>`;
}

function changes({ resets }: AcceptedRerun): Html {
  return table({
    caption: 'Columns that are reset',
    columns: ['Column', 'Now', 'Then'],
    rows: resets.map(
      ({ column, before, after }) =>
        html`<tr>
          <th scope="row"><code>${column}</code></th>
          <td class="why">${valueText(before)}</td>
          <td class="why">${valueText(after)}</td>
        </tr> `,
    ),
    whenEmpty: 'No column changes: the window has not run yet.',
  });
}

function valueText(value: Json): Html {
  if (value === null) return html`<span class="none">null</span>`;
  return html`${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
