import { noteClock } from '../app/now.ts';
import { problemOf, unreachable } from './problem.ts';

const BASE = '/api/v1';

/** A value of a query string; what is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Sending {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** Reads from the API. @throws Problem */
export async function read<Answer>(path: string, signal: AbortSignal): Promise<Answer> {
  return answerOf(await ask(path, { headers: { accept: 'application/json' }, signal }));
}

/** Changes something through the API. @throws Problem */
export async function send<Answer>({ method, path, body }: Sending): Promise<Answer> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  return answerOf(await ask(path, { method, headers, body: JSON.stringify(body ?? {}) }));
}

/** Somebody is logging out: answers that the session has ended are no news, and the way back here is not kept. */
let isLeaving = false;

/** Ends the session and leaves for the login. @throws Problem */
export async function logOut(): Promise<void> {
  isLeaving = true;
  try {
    const response = await ask('/session', { method: 'DELETE' });
    if (!response.ok) throw await problemOf(response);
    location.assign('/login');
  } catch (error) {
    isLeaving = false;
    throw error;
  }
}

/** A path of the API with its query. */
export function withQuery(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(`${BASE}${path}`, init);
    noteClock(response.headers.get('windrow-clock'));
    return response;
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw unreachable(error);
  }
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  // The session has ended; the login leads back here.
  if (response.status === 401 && !isLeaving)
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (!response.ok) throw await problemOf(response);
  // The server made it by the schema that our type is inferred from.
  const answer: Answer = await response.json();
  return answer;
}
