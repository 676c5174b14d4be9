/** A path of this dashboard out of an address that anybody may have written; otherwise its first page. */
export function ownPath(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || !URL.canParse(next, ANYWHERE)) return '/';
  const { origin, pathname, search } = new URL(next, ANYWHERE);
  return origin === ANYWHERE && !pathname.startsWith('//') && !pathname.startsWith('/login')
    ? `${pathname}${search}`
    : '/';
}

const ANYWHERE = 'http://windrow.invalid';
