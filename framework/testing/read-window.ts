import { DefinitionFailure } from '../core/failures.ts';
import { Temporal } from '../core/time.ts';
import type { Window } from '../core/window.ts';
import type { Dag } from '../dag/dag.ts';

/** Reads `START..END` in the zone of the dag's schedule. */
export function readWindow(given: Window | string, { id, schedule }: Dag): Window {
  if (typeof given !== 'string') return given;
  try {
    const [start = '', end = ''] = given.split('..');
    return {
      start: Temporal.Instant.from(start),
      end: Temporal.Instant.from(end),
      zone: schedule?.windows.zone ?? 'UTC',
    };
  } catch (cause) {
    throw new DefinitionFailure(
      'E_TEST_WINDOW',
      `The window "${given}" for a test run of "${id}" cannot be read. Expected START..END, for example 2026-01-20T13:15Z..2026-01-20T13:30Z.`,
      { cause },
    );
  }
}
