import { type Millis, hours } from '../core/duration.ts';
import { DataFailure, type FailureRecord, failureRecord } from '../core/failures.ts';
import { isStorableMoment } from '../core/storable-moment.ts';
import type { Temporal } from '../core/time.ts';
import type { Outcome } from '../run/outcome.ts';

/**
 * An outcome that PostgreSQL can hold: it refuses the character U+0000 and halves of surrogate pairs, in text as in JSON.
 * What people read is escaped; a task's output is data and is refused instead of altered.
 */
export function storableOutcome(outcome: Outcome, what: string): Outcome {
  switch (outcome.kind) {
    case 'success':
      return storableSuccess(outcome, what);
    case 'fail':
      return { kind: 'fail', failure: storableFailure(storablePause(outcome.failure, what)) };
    case 'map':
      return outcome;
    case 'defer':
      return isStorableMoment(outcome.until)
        ? { ...outcome, reason: storableText(outcome.reason) }
        : { kind: 'fail', failure: failureRecord(outOfRange(outcome.until, what)) };
    case 'skip':
    case 'cancelled':
    case 'lost':
    case 'handed_back':
      return { ...outcome, reason: storableText(outcome.reason) };
  }
}

function storableSuccess(outcome: Extract<Outcome, { kind: 'success' }>, what: string): Outcome {
  if (!isStorable(outcome.output)) return { kind: 'fail', failure: failureRecord(unstorable(what)) };
  return { ...outcome, ...(outcome.chooses?.kind === 'stop' ? { chooses: storableStop(outcome.chooses) } : {}) };
}

export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\\u0000');
}

/** The same for JSON text. */
export function storableJson(json: string): string {
  return json.replaceAll(UNSTORABLE, (found) => {
    if (found === '\\\\') return found;
    return found === '\\u0000' ? '\\\\u0000' : '\\ufffd';
  });
}

// JSON.stringify escapes a surrogate only where its other half is missing. The first branch steps over escaped backslashes.
const UNSTORABLE = /\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/g;

function storableStop<Stop extends { readonly reason: string }>(stop: Stop): Stop {
  return { ...stop, reason: storableText(stop.reason) };
}

function isStorable(output: unknown): boolean {
  const json = JSON.stringify(output);
  return storableJson(json) === json;
}

function storableFailure(failure: FailureRecord): FailureRecord {
  const clean: FailureRecord = JSON.parse(storableJson(JSON.stringify(failure)));
  return clean;
}

function outOfRange(until: Temporal.Instant, what: string): DataFailure {
  return new DataFailure(
    'E_DEFER_OUT_OF_RANGE',
    `${what} asked to be started again at ${until.toString()}. Expected a moment before 9999-12-31; to end it, return skip(reason).`,
  );
}

/** A century. */
const LONGEST_PAUSE: Millis = hours(36_500 * 24);

function storablePause(failure: FailureRecord, what: string): FailureRecord {
  const { retryAfterMs: pause } = failure;
  if (pause === undefined) return failure;
  if (!(pause > LONGEST_PAUSE)) return { ...failure, retryAfterMs: Math.ceil(pause) };
  const text =
    `${what} failed and asked for its next try after ${pause} ms. Expected at most ${LONGEST_PAUSE}. ` +
    `What failed: ${failure.code}: ${failure.message}`;
  return failureRecord(new DataFailure('E_RETRY_AFTER_OUT_OF_RANGE', text));
}

function unstorable(what: string): DataFailure {
  return new DataFailure(
    'E_TASK_OUTPUT_NOT_JSON',
    `${what} returned text with the character U+0000 or half of a surrogate pair, which PostgreSQL cannot store. ` +
      'Remove such characters, or store the data elsewhere and return where it lies.',
  );
}
