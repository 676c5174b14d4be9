import type { Clock } from '../core/clock.ts';
import type { Closable } from '../core/closable.ts';
import type { Log } from '../core/log.ts';
import type { SecretResolver } from '../core/secret-reference.ts';
import type { Reading, SettingSources } from '../core/settings.ts';

/** What a connection may use while it opens. */
export interface ConnectionTools {
  readonly secrets: SecretResolver;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A named way to reach a system. Settings are read and checked without opening anything, so that
 * `windrow config check` reports every mistake of every connection at once.
 */
export interface Connection<S, T extends Closable> {
  readonly name: string;
  readonly read: (sources: SettingSources) => Reading<S>;
  readonly open: (settings: S, tools: ConnectionTools) => Promise<T>;
}
