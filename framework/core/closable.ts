/** Something that was started and has one owner who stops it. `close` may be called twice and waits for work in hand. */
export interface Closable {
  readonly close: () => Promise<void>;
}

/** Closes in reverse order of opening; goes on after a failure and throws the first one at the end. */
export async function closeAll(opened: readonly Closable[]): Promise<void> {
  const failures: unknown[] = [];
  for (const item of opened.toReversed()) {
    await item.close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
