import { Temporal } from '#framework';
import type { Cell, LoadedSection, ShownPart } from '#framework/operate';

import { type Html, html } from '../html/html.ts';
import { timeOf } from '../html/time.ts';
import { facts, table } from './sections.ts';

export function pluginsPage(sections: readonly LoadedSection[]): Html {
  return html`<h1>Plugins</h1>
    ${sections.length === 0 ? nothing() : sections.map(sectionOf)}`;
}

function nothing(): Html {
  return html`<p class="empty">
    No plugin of this project shows anything here: <code>sections</code> of definePlugin does.
  </p>`;
}

function sectionOf(section: LoadedSection): Html {
  const key = `${section.plugin}-${section.id}`;
  return html`<section data-live="${key}" aria-labelledby="${key}">
    <h2 id="${key}">${section.title} <small>${section.plugin}</small></h2>
    ${
      section.kind === 'failed'
        ? html`<p class="error" role="alert">${section.error}</p>`
        : section.parts.map((part) => partOf(part, section.title))
    }
  </section>`;
}

function partOf(part: ShownPart, title: string): Html {
  switch (part.kind) {
    case 'text':
      return html`<p>${part.text}</p>`;
    case 'facts':
      return facts(part.facts.map(([name, value]) => [name, cell(value)]));
    case 'table':
      return table({
        caption: title,
        columns: part.columns.map((column, index) => (isOfNumbers(part.rows, index) ? { number: column } : column)),
        rows: part.rows.map(
          (cells) =>
            html`<tr>
              ${cells.map(tableCell)}
            </tr>`,
        ),
        whenEmpty: 'Nothing yet.',
      });
  }
}

function isOfNumbers(rows: readonly (readonly Cell[])[], index: number): boolean {
  return rows.length > 0 && rows.every((row) => typeof row[index] === 'number');
}

function tableCell(value: Cell): Html {
  return typeof value === 'number' ? html`<td class="number">${value}</td>` : html`<td>${cell(value)}</td>`;
}

function cell(value: Cell): Html {
  if (value === null || value instanceof Temporal.Instant) return timeOf(value);
  return html`${String(value)}`;
}
