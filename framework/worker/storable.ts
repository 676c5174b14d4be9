import { DataFailure, type FailureRecord, failureRecord } from '../core/failures.ts';
import type { Outcome } from '../run/outcome.ts';

/**
 * An outcome that PostgreSQL can hold: it refuses the character U+0000 and halves of surrogate pairs, in text as in JSON.
 * What people read is escaped; a task's output is data and is refused instead of altered.
 */
export function storableOutcome(outcome: Outcome, what: string): Outcome {
  switch (outcome.kind) {
    case 'success':
      return isStorable(outcome.output)
        ? { ...outcome, ...(outcome.chooses?.kind === 'stop' ? { chooses: storableStop(outcome.chooses) } : {}) }
        : { kind: 'fail', failure: failureRecord(unstorable(what)) };
    case 'fail':
      return { kind: 'fail', failure: storableFailure(outcome.failure) };
    case 'map':
      return outcome;
    case 'skip':
    case 'defer':
    case 'cancelled':
    case 'lost':
    case 'handed_back':
      return { ...outcome, reason: storableText(outcome.reason) };
  }
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

function unstorable(what: string): DataFailure {
  return new DataFailure(
    'E_TASK_OUTPUT_NOT_JSON',
    `${what} returned text with the character U+0000 or half of a surrogate pair, which PostgreSQL cannot store. ` +
      'Remove such characters, or store the data elsewhere and return where it lies.',
  );
}
