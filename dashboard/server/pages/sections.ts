import { type Html, html } from '../html/html.ts';

const NOTICES = {
  rerun: 'The re-run has been started.',
  cancel: 'The run is being cancelled; tasks that run hear of it within seconds.',
  paused: 'The dag is paused: no new run starts by itself.',
  unpaused: 'The dag goes on.',
} as const;

/** Told once after a redirect; only known names, never text from the address. */
export function notice(name: unknown): Html {
  const text = Object.entries(NOTICES).find(([known]) => known === name)?.[1];
  return text === undefined ? html`` : html`<p class="notice" role="status">${text}</p>`;
}

export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Html[];
  readonly whenEmpty: Html | string;
}

/** A heading, right-aligned where numbers stand below it. */
export type Column = string | { readonly number: string } | { readonly hidden: string };

export function table({ caption, columns, rows, whenEmpty }: Table): Html {
  if (rows.length === 0) return html`<p class="empty">${whenEmpty}</p>`;
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption class="unseen">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(heading)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function heading(column: Column): Html {
  if (typeof column === 'string') return html`<th scope="col">${column}</th>`;
  if ('number' in column) return html`<th scope="col" class="number">${column.number}</th>`;
  return html`<th scope="col"><span class="unseen">${column.hidden}</span></th>`;
}

/** Names and values side by side. */
export function facts(pairs: readonly (readonly [string, Html | string | number])[]): Html {
  return html`<dl class="facts">
    ${pairs.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
