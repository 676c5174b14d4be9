/** A part of a request, such as `query.select`, and after how many characters of it something is wrong. */
export interface ProblemPlace {
  readonly path: string;
  readonly message: string;
  readonly at?: number;
}

/** A request that the server refused or could not answer, as its problem document says it (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly code: string;
  /** What is wrong where in the request. */
  readonly places: readonly ProblemPlace[];

  constructor(said: {
    readonly status: number;
    readonly title: string;
    readonly code: string;
    readonly detail: string;
    readonly places?: readonly ProblemPlace[];
  }) {
    super(said.detail);
    this.name = 'Problem';
    this.status = said.status;
    this.title = said.title;
    this.code = said.code;
    this.places = said.places ?? [];
  }
}

/** What a failed answer says, also when something in front of the dashboard answered in words of its own. */
export async function problemOf(response: Response): Promise<Problem> {
  const said: unknown = await response.json().catch(() => undefined);
  return new Problem({
    status: response.status,
    title: textAt(said, 'title') ?? (response.statusText || `HTTP ${response.status}`),
    code: textAt(said, 'code') ?? `HTTP_${response.status}`,
    places: placesIn(said),
    detail: textAt(said, 'detail') ?? `The server answered with ${response.status} and gave no reason.`,
  });
}

/** For a request that got no answer at all. */
export function unreachable(cause: unknown): Problem {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Problem({
    status: 0,
    title: 'The dashboard does not answer',
    code: 'UNREACHABLE',
    detail: `The server cannot be reached (${reason}). This page tries again by itself.`,
  });
}

function textAt(said: unknown, name: string): string | undefined {
  const value = valueAt(said, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function valueAt(said: unknown, name: string): unknown {
  if (typeof said !== 'object' || said === null) return undefined;
  return Object.entries(said).find(([key]) => key === name)?.[1];
}

function placesIn(said: unknown): readonly ProblemPlace[] {
  const places = valueAt(said, 'problems');
  return Array.isArray(places) ? places.filter(isPlace) : [];
}

function isPlace(said: unknown): said is ProblemPlace {
  const at = valueAt(said, 'at');
  return (
    textAt(said, 'path') !== undefined &&
    textAt(said, 'message') !== undefined &&
    (at === undefined || typeof at === 'number')
  );
}
