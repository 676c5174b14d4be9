import type { Clock } from '#framework';

export interface LoginRules {
  readonly clock: Clock;
  /** Calls of `/auth` in a fixed minute; beyond half of them Vault slows down, beyond all it refuses. */
  readonly perMinute: number;
  /** Wrong passwords in a row that lock the user out. */
  readonly lockAfter: number;
}

const MINUTE_MS = 60_000;
const SLOW_MS = 20;

/** Counts the logins of the one user that the stand-in has. */
export class Logins {
  readonly #rules: LoginRules;
  #minute = 0;
  #calls = 0;
  #wrong = 0;

  constructor(rules: LoginRules) {
    this.#rules = rules;
  }

  /** Counts a call, whatever comes of it, and says for how long its answer is held back. */
  begin(): number {
    const minute = Math.floor(this.#rules.clock.now().epochMilliseconds / MINUTE_MS);
    this.#calls = minute === this.#minute ? this.#calls + 1 : 1;
    this.#minute = minute;
    return this.#calls > this.#rules.perMinute / 2 ? SLOW_MS : 0;
  }

  get areTooMany(): boolean {
    return this.#calls > this.#rules.perMinute;
  }

  headers(): Record<string, string> {
    const { perMinute } = this.#rules;
    const remaining = Math.max(0, perMinute - this.#calls);
    return { 'X-VaultAPI-BurstLimit': String(perMinute), 'X-VaultAPI-BurstLimitRemaining': String(remaining) };
  }

  get isLocked(): boolean {
    return this.#wrong >= this.#rules.lockAfter;
  }

  passwordWas(given: 'right' | 'wrong'): void {
    this.#wrong = given === 'right' ? 0 : this.#wrong + 1;
  }

  /** What an administrator does for a user who is locked out, and a minute for the limit. */
  reset(): void {
    this.#wrong = 0;
    this.#calls = 0;
  }
}
