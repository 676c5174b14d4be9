/** In whose clock somebody writes a moment. */
export type Clock = 'local' | 'utc';

/** What a field for a moment shows of one: `2026-01-20T13:15`; nothing where it cannot be read. */
export function fieldText(moment: string, clock: Clock): string {
  const at = Date.parse(moment);
  if (Number.isNaN(at)) return '';
  const shown = clock === 'utc' ? at : at - new Date(at).getTimezoneOffset() * 60_000;
  return new Date(shown).toISOString().slice(0, 19).replace(/:00$/, '');
}

/** The moment that somebody wrote into such a field, in UTC as the API takes it; nothing while it is not whole. */
export function momentOf(text: string, clock: Clock): string {
  const at = Date.parse(clock === 'utc' ? `${text}Z` : text);
  return text === '' || Number.isNaN(at) ? '' : new Date(at).toISOString().replace('.000Z', 'Z');
}
