import type { AuditEntryJson } from '../../../../server/api/shapes/access.ts';

const SOURCES = {
  dashboard: 'Dashboard',
  api: 'API token',
  cli: 'Command line',
  program: 'Program',
} as const satisfies Readonly<Record<NonNullable<AuditEntryJson['source']>, string>>;

export function sourceText(source: keyof typeof SOURCES): string {
  return SOURCES[source];
}

/** What a deed is done to where it is neither a dag nor a run nor a window, by the detail that names it. */
const NAMES = ['user', 'token', 'pool', 'sensor', 'backfill', 'asset'];

export function nameOf(details: Readonly<Record<string, unknown>>): string | undefined {
  const what = NAMES.find((name) => details[name] !== undefined);
  return what === undefined ? undefined : `${what} ${valueText(details[what])}`;
}

/** `slots=4 rate=none`, without what names the subject. */
export function detailsText(details: Readonly<Record<string, unknown>>): string {
  const named = NAMES.find((name) => details[name] !== undefined);
  return Object.entries(details)
    .filter(([name]) => name !== named)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(' ');
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
