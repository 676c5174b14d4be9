/** What somebody wrote as params of a run. */
export type WrittenParams =
  | { readonly kind: 'none' }
  | { readonly kind: 'params'; readonly params: Readonly<Record<string, unknown>> }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Params are a JSON object, or nothing. */
export function writtenParams(text: string): WrittenParams {
  if (text.trim() === '') return { kind: 'none' };
  const written = writtenJson(text);
  if (written.kind === 'unreadable') return written;
  const { value } = written;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'unreadable', why: 'Expected a JSON object such as {"full": true}.' };
  }
  return { kind: 'params', params: { ...value } };
}

/** What somebody wrote as JSON. */
export type WrittenJson =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'unreadable'; readonly why: string };

export function writtenJson(text: string): WrittenJson {
  try {
    const value: unknown = JSON.parse(text);
    return { kind: 'json', value };
  } catch (error) {
    return { kind: 'unreadable', why: `This is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
