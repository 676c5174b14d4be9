import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { changeLog } from './change-log.ts';
import { type Change, changeOf, isOfEngine, isTouched } from './changes.ts';
import { askAllAgain } from './queries.ts';

const EVENTS = '/api/v1/events';

/** A busy engine says hundreds of things a second; the pages are asked again at most this often. */
const PAUSE_MS = 1000;

/** A browser gives up on an answer that is no stream, as while the server starts; we ask again. */
const AGAIN_MS = 5000;

export type LiveState = 'connecting' | 'live' | 'lost';

/** Listens to the server for as long as the caller is shown, and has what it names asked again. */
export function useLive(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const heard = new Refreshing(client);
    const events = new EventSource(EVENTS);
    let wasLost = attempt > 0;
    let again: number | undefined;
    events.addEventListener('open', () => {
      setState('live');
      // What happened meanwhile was not heard.
      if (wasLost) void askAllAgain(client);
      wasLost = false;
    });
    events.addEventListener('error', () => {
      wasLost = true;
      setState('lost');
      if (events.readyState !== EventSource.CLOSED) return;
      // Where it was closed because the session has ended, the answer leads to the login.
      void client.invalidateQueries({ queryKey: ['/session'] });
      again = window.setTimeout(() => setAttempt(attempt + 1), AGAIN_MS);
    });
    events.addEventListener('message', ({ data }: MessageEvent<string>) => heard.add(changeOf(data)));
    return () => {
      events.close();
      window.clearTimeout(again);
      heard.close();
    };
  }, [client, attempt]);
  return state;
}

/** Collects changes and has the queries that they touch asked again, together. */
class Refreshing {
  readonly #client: QueryClient;
  #changes: Change[] = [];
  #timer: number | undefined;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  add(change: Change | undefined): void {
    if (change === undefined) return;
    this.#changes.push(change);
    this.#timer ??= window.setTimeout(() => this.#refresh(), PAUSE_MS);
  }

  close(): void {
    window.clearTimeout(this.#timer);
  }

  #refresh(): void {
    const changes = this.#changes;
    this.#changes = [];
    this.#timer = undefined;
    changeLog.add(changes.filter(isOfEngine));
    void this.#client.invalidateQueries({
      predicate: ({ queryKey: [address] }) => typeof address === 'string' && isTouched(address, changes),
    });
  }
}
