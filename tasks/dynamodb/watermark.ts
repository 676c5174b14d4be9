import { DataFailure, RemoteFailure, Temporal } from '#framework';

import type { StateTable, StoredMark } from './client.ts';

export type Advance =
  | { readonly kind: 'advanced'; readonly to: Temporal.Instant }
  /** The stored watermark is as far or further; nothing was written. */
  | { readonly kind: 'kept'; readonly at: Temporal.Instant };

export interface WatermarkOptions {
  readonly signal?: AbortSignal;
  /** Another item than the one named in the settings. */
  readonly processId?: string;
}

export interface AdvanceTools {
  readonly table: StateTable;
  readonly processId: string;
  readonly newId: () => string;
  readonly signal?: AbortSignal | undefined;
}

/** Each round that fails means that somebody else moved the watermark forward. */
const MOST_ROUNDS = 100;

export async function findWatermark(tools: Omit<AdvanceTools, 'newId'>): Promise<Temporal.Instant | undefined> {
  const stored = await tools.table.find(tools.processId, tools.signal);
  return stored === undefined ? undefined : instantOf(stored, tools.processId);
}

/**
 * Moves the watermark to `to` unless it is there or further. Compares moments, not texts, because other tools write other
 * forms of the same moment; the write is conditional on the very text that was read, so that it can never move back.
 */
export async function advanceWatermark(to: Temporal.Instant, tools: AdvanceTools): Promise<Advance> {
  const { table, processId, signal } = tools;
  const mark: StoredMark = { time: to.toString({ fractionalSecondDigits: 3 }), writeId: tools.newId() };
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const stored = await table.find(processId, signal);
    // Our own write whose answer was lost: the SDK sent it again and the condition refused the second.
    if (stored?.writeId === mark.writeId) return { kind: 'advanced', to };
    const at = stored === undefined ? undefined : instantOf(stored, processId);
    if (at !== undefined && Temporal.Instant.compare(at, to) >= 0) return { kind: 'kept', at };
    const outcome = await table.replace({ processId, from: stored, to: mark }, signal);
    if (outcome === 'replaced') return { kind: 'advanced', to };
  }
  throw new RemoteFailure(
    'E_WATERMARK_CONTENDED',
    `Cannot move the watermark "${processId}" to ${mark.time}: it changed ${MOST_ROUNDS} times meanwhile. Check who else writes it.`,
  );
}

/** Without a zone the text is read as UTC, which is what the vendor's own tools mean by it. */
function instantOf(stored: StoredMark, processId: string): Temporal.Instant {
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(stored.time);
  try {
    return Temporal.Instant.from(hasZone ? stored.time : `${stored.time}Z`);
  } catch (cause) {
    throw new DataFailure(
      'E_WATERMARK_UNREADABLE',
      `The watermark "${processId}" holds "${stored.time}" as last_processed_time; expected a moment such as 2026-01-20T13:15:00Z. Correct the item.`,
      { cause },
    );
  }
}
