/** What a pool has left at one moment; `Infinity` where there is no limit. */
export interface Room {
  readonly slots: number;
  /** Tokens of the rate limit. */
  readonly starts: number;
}

/**
 * The tasks that may go now, of those that wait in their order. The first that does not fit ends it, so that a heavy task
 * at the front is not starved by light ones behind it.
 */
export function admitted<T extends { readonly slots: number }>(waiting: readonly T[], room: Room): readonly T[] {
  let { slots } = room;
  const end = waiting.findIndex((task, index) => {
    slots -= task.slots;
    return slots < 0 || index + 1 > room.starts;
  });
  return end === -1 ? waiting : waiting.slice(0, end);
}
