/** As the levels of the log rise. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A line of a task's log as the API tells it. */
export interface ShownLine {
  readonly id: number;
  readonly mapIndex: number;
  readonly attempt: number;
  readonly at: string;
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface LineFilter {
  /** Lines below it are left out. */
  readonly level: LogLevel;
  /** Part of the message or of its fields, in any case; empty for every line. */
  readonly search: string;
}

/** The lines that a reader asked for, in their order. */
export function filterLines<Line extends ShownLine>(lines: readonly Line[], filter: LineFilter): readonly Line[] {
  const least = rank(filter.level);
  const wanted = filter.search.trim().toLowerCase();
  return lines.filter((line) => rank(line.level) >= least && (wanted === '' || lineText(line).includes(wanted)));
}

/** A level that is not known is shown always. */
function rank(level: string): number {
  const index = LOG_LEVELS.findIndex((known) => known === level);
  return index === -1 ? LOG_LEVELS.length : index;
}

function lineText(line: ShownLine): string {
  return `${line.message} ${fieldsText(line.fields)}`.toLowerCase();
}

/** `depot=Rotterdam parcels=42`, or nothing. */
export function fieldsText(fields: ShownLine['fields']): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

/** A stretch of text, and whether the search found it. */
export interface Stretch {
  readonly text: string;
  readonly isFound: boolean;
}

/** Cuts a text where the search is found, so that it can be marked. */
export function findStretches(text: string, search: string): readonly Stretch[] {
  const wanted = search.trim().toLowerCase();
  const lower = text.toLowerCase();
  // Lower case of a few letters is longer than the letter: places found there would not fit the text.
  if (wanted === '' || lower.length !== text.length) return [{ text, isFound: false }];
  const stretches: Stretch[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    if (at > from) stretches.push({ text: text.slice(from, at), isFound: false });
    stretches.push({ text: text.slice(at, at + wanted.length), isFound: true });
    from = at + wanted.length;
  }
  if (from < text.length) stretches.push({ text: text.slice(from), isFound: false });
  return stretches;
}
