/** In whose clock somebody writes a moment. */
export type Clock = 'local' | 'utc';

/** What a field for a moment shows of one: `2026-01-20T13:15`; nothing where it cannot be read. */
export function fieldText(moment: string, clock: Clock): string {
  const at = Date.parse(moment);
  if (Number.isNaN(at)) return '';
  const text = clock === 'utc' ? new Date(at).toISOString().slice(0, 19) : localText(new Date(at));
  return text.replace(/:00$/, '');
}

/** By its parts: offsets of long ago, which a year has while it is written digit by digit, are no whole minutes. */
function localText(at: Date): string {
  const day = [padded(at.getFullYear(), 4), padded(at.getMonth() + 1), padded(at.getDate())].join('-');
  return `${day}T${[at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => padded(part)).join(':')}`;
}

function padded(part: number, digits = 2): string {
  return String(part).padStart(digits, '0');
}

/** The moment that somebody wrote into such a field, in UTC as the API takes it; nothing while it is not whole. */
export function momentOf(text: string, clock: Clock): string {
  const at = Date.parse(clock === 'utc' ? `${text}Z` : text);
  return text === '' || Number.isNaN(at) ? '' : new Date(at).toISOString().replace('.000Z', 'Z');
}
