import type { RequestHandler, Response } from 'express';

import { type Closable, type Millis, minutes, seconds } from '#framework';
import { type Windrow, watchChanges } from '#framework/operate';

/** Proxies cut what says nothing for a minute. */
const SIGN_OF_LIFE = seconds(20);

/** A stream is opened anew after it, past the guards: whose session has ended meanwhile hears no more. */
const LIFETIME = minutes(5);

/** Tells browsers by server-sent events what changes. The database is asked only while somebody listens, once for all of them. */
export class Live implements Closable {
  readonly #windrow: Windrow;
  readonly #lifetime: Millis;
  readonly #listeners = new Set<Response>();
  #watching: Closable | undefined;
  #signs: NodeJS.Timeout | undefined;

  constructor(windrow: Windrow, lifetime: Millis = LIFETIME) {
    this.#windrow = windrow;
    this.#lifetime = lifetime;
  }

  readonly stream: RequestHandler = (request, response) => {
    response.set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const end = setTimeout(() => response.end('retry: 100\n\n'), this.#lifetime);
    response.on('close', () => {
      clearTimeout(end);
      void this.#leave(response);
    });
    this.#listeners.add(response);
    this.#watching ??= watchChanges(this.#windrow, (changes) =>
      this.#say(changes.map((change) => `data: ${JSON.stringify(change)}\n\n`).join('')),
    );
    this.#signs ??= setInterval(() => this.#say(': still here\n\n'), SIGN_OF_LIFE);
    response.write('retry: 2000\n\n');
  };

  readonly close = async (): Promise<void> => {
    for (const response of this.#listeners) response.end();
    this.#listeners.clear();
    await this.#rest();
  };

  #say(text: string): void {
    for (const response of this.#listeners) response.write(text);
  }

  async #leave(response: Response): Promise<void> {
    this.#listeners.delete(response);
    if (this.#listeners.size === 0) await this.#rest();
  }

  async #rest(): Promise<void> {
    const watching = this.#watching;
    this.#watching = undefined;
    clearInterval(this.#signs);
    this.#signs = undefined;
    await watching?.close();
  }
}
