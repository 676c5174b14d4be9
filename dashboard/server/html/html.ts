/** Markup that is safe to send; made by `html` only. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a hole of `html`. Nothing is shown for null, undefined and false. */
export type Hole = Html | string | number | boolean | null | undefined | readonly Hole[];

/** Markup from a template: every value is escaped for text and for quoted attributes, except markup itself. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  return new Html(parts.map((part, index) => part + (index < holes.length ? filled(holes[index]) : '')).join(''));
}

function filled(hole: Hole): string {
  if (hole === null || hole === undefined || typeof hole === 'boolean') return '';
  if (hole instanceof Html) return hole.toString();
  if (typeof hole === 'object') return hole.map(filled).join('');
  return escaped(String(hole));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
