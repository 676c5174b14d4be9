import type { TaskId } from '../core/ids.ts';

/** The `mapIndex` of a mapped task's summary, which stands for all its instances together. */
export const SUMMARY = -1;

/** Names one row of a run, for plans and for people: a task or a summary by its id, an instance of a mapped task as `load[3]`. */
export function taskKey(task: TaskId, mapIndex: number, isMapped: boolean): string {
  return mapIndex === SUMMARY || !isMapped ? task : `${task}[${mapIndex}]`;
}

/** As `taskKey`, for people who look at an instance or at none. */
export function instanceName(task: string, instance: number | null): string {
  return instance === null ? task : `${task}[${instance}]`;
}

/** The `mapIndex` of the row that counts as upstream of others. */
export function countedIndex(task: { readonly mapped?: string } | undefined): number {
  return task?.mapped === undefined ? 0 : SUMMARY;
}
