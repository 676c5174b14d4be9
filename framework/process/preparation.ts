import type { Clock } from '../core/clock.ts';
import type { Closable } from '../core/closable.ts';
import type { Environment } from '../core/environment.ts';

/**
 * What a project may do before a process of its opens connections: complete the environment, for example from a store of
 * variables, or start stand-ins on a developer's machine. Named in package.json as `windrow.prepare`, a module that
 * exports `prepare`. Undefined: there is nothing to prepare.
 */
export type Prepare = (environment: Environment) => Promise<Prepared | undefined>;

export interface Prepared extends Closable {
  /** Replaces the environment. */
  readonly environment: Environment;
  /** The time that windows are judged by. */
  readonly clock: Clock;
}
