import { createHash } from 'node:crypto';
import type { Clock, Millis, Temporal } from '#framework';

export interface SessionRules {
  readonly seed: number;
  readonly clock: Clock;
  readonly idle: Millis;
}

/** No session lives longer, however busy. */
const LONGEST_MS = 172_800_000;

interface Session {
  readonly since: Temporal.Instant;
  used: Temporal.Instant;
}

/** The sessions that are open. */
export class Sessions {
  readonly #rules: SessionRules;
  readonly #open = new Map<string, Session>();
  #made = 0;

  constructor(rules: SessionRules) {
    this.#rules = rules;
  }

  /** 128 hexadecimal digits. */
  begin(): string {
    this.#made += 1;
    const id = createHash('sha512').update(`${this.#rules.seed}/${this.#made}`).digest('hex').toUpperCase();
    const now = this.#rules.clock.now();
    this.#open.set(id, { since: now, used: now });
    return id;
  }

  /** True when the session is open; it has been used now. */
  use(id: string): boolean {
    const session = this.#open.get(id);
    if (session === undefined) return false;
    const now = this.#rules.clock.now();
    const idle = now.epochMilliseconds - session.used.epochMilliseconds;
    const age = now.epochMilliseconds - session.since.epochMilliseconds;
    if (idle > this.#rules.idle || age > LONGEST_MS) return !this.#open.delete(id);
    session.used = now;
    return true;
  }

  end(id: string): void {
    this.#open.delete(id);
  }

  endAll(): void {
    this.#open.clear();
  }
}
