import { describe, expect, it } from 'vitest';

import { outcomeOf } from '../../../dashboard/web/src/pages/drift/drift-words.ts';
import { logCommand } from '../../../dashboard/web/src/pages/run/log-command.ts';
import { askAgainIn } from '../../../dashboard/web/src/pages/schedules/ask-again-in.ts';

const DAY_MS = 86_400_000;

describe('what became of a schema change', () => {
  it.each([
    ['applied', 'FAILED', 'applied'],
    ['paused', 'IN_PROGRESS', 'window waits'],
    // Somebody may have given it up: then nothing is loaded.
    ['paused', 'COMPLETED', 'held, then completed'],
    ['paused', 'FAILED', 'window failed'],
    ['paused', 'CANCELLED', 'window cancelled'],
    ['failed', 'FAILED', 'window failed'],
    ['failed', 'IN_PROGRESS', 'window runs again'],
  ] as const)('that was %s and whose window is %s: %s', (decision, recordStatus, words) => {
    expect(outcomeOf({ decision, recordStatus }).words).toBe(words);
  });
});

describe('the command that prints a log', () => {
  it.each([
    ['load', undefined, 'windrow runs logs 7 load'],
    ['load[3]', undefined, "windrow runs logs 7 'load[3]'"],
    ['load', 2, 'windrow runs logs 7 load --attempt 2'],
  ])('of %s, try %s: %s', (task, attempt, command) => {
    expect(logCommand(7, task, attempt)).toBe(command);
  });
});

describe('a moment that is waited for', () => {
  const at = Date.parse('2026-01-20T13:15Z');
  it.each([
    ['soon, is asked for a little behind it', 5000, 6500],
    ['past, is asked for at a steady pace', -60_000, 10_000],
    // A browser's timer of more than 24 days ends at once, and the page would ask without end.
    ['far away, is asked for now and then', 400 * DAY_MS, 3_600_000],
  ])('%s', (_, away, wait) => {
    expect(askAgainIn(at + away, at)).toBe(wait);
  });
});
