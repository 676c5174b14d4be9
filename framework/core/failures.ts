import type { Json } from './json.ts';
import { onlyGiven } from './only-given.ts';

export interface FailureOptions {
  readonly cause?: unknown;
  /** Facts for the person who investigates; never a secret. */
  readonly details?: Readonly<Record<string, Json>>;
}

/** How the engine reacts: `retry` counts an attempt and tries again, `fail` ends the task at once. */
export type Reaction = 'retry' | 'fail';

/** The common shape of every failure. People search the `code`; the engine acts on `reaction`. */
export abstract class Failure extends Error {
  abstract readonly reaction: Reaction;
  readonly code: string;
  readonly details: Readonly<Record<string, Json>>;

  constructor(code: string, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The author's mistake, found when a dag or asset is defined. */
export class DefinitionFailure extends Failure {
  readonly reaction = 'fail';
}

/** The operator's mistake in settings, found at start. `problems` holds every mistake, not just the first. */
export class ConfigFailure extends Failure {
  readonly reaction = 'fail';
  readonly problems: readonly string[];

  constructor(code: string, message: string, options: FailureOptions & { readonly problems?: readonly string[] } = {}) {
    super(code, message, options);
    this.problems = options.problems ?? [message];
  }
}

/** The data is wrong; trying again with the same data cannot help. */
export class DataFailure extends Failure {
  readonly reaction = 'fail';
}

/** A remote system refused or could not be reached; trying again may help, perhaps only after `retryAfterMs`. */
export class RemoteFailure extends Failure {
  readonly reaction = 'retry';
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: FailureOptions & { readonly retryAfterMs?: number } = {}) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Something took longer than its stated limit. */
export class TimedOut extends Failure {
  readonly reaction = 'retry';
}

/** Somebody asked for the work to stop. */
export class Cancelled extends Failure {
  readonly reaction = 'fail';
}

/** A fault in Windrow itself: a state that should be impossible. */
export class Bug extends Failure {
  readonly reaction = 'fail';
}

/** A failure as it is stored: plain JSON, with the chain of causes as text. */
export interface FailureRecord {
  readonly kind: string;
  readonly code: string;
  readonly message: string;
  readonly reaction: Reaction;
  readonly retryAfterMs?: number;
  readonly details: Readonly<Record<string, Json>>;
  readonly causes: readonly string[];
  readonly stack?: string;
}

/** Turns anything thrown into the stored form. A foreign error is `E_UNEXPECTED` and is retried. */
export function failureRecord(thrown: unknown): FailureRecord {
  const causes = causeChain(thrown);
  if (thrown instanceof Failure) {
    const retryAfterMs = thrown instanceof RemoteFailure ? thrown.retryAfterMs : undefined;
    return {
      kind: thrown.name,
      code: thrown.code,
      message: thrown.message,
      reaction: thrown.reaction,
      details: thrown.details,
      causes,
      ...onlyGiven({ retryAfterMs, stack: thrown.stack }),
    };
  }
  const error = thrown instanceof Error ? thrown : undefined;
  return {
    kind: error?.name ?? typeof thrown,
    code: 'E_UNEXPECTED',
    message: error?.message ?? String(thrown),
    reaction: 'retry',
    details: {},
    causes,
    ...(error?.stack === undefined ? {} : { stack: error.stack }),
  };
}

const MOST_CAUSES = 10;

function causeChain(thrown: unknown): string[] {
  const causes: string[] = [];
  let current = thrown instanceof Error ? thrown.cause : undefined;
  while (current !== undefined && current !== null && causes.length < MOST_CAUSES) {
    causes.push(described(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return causes;
}

function described(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
