/** Which tasks of an ended run are done again. */
export type TasksAgain =
  | { readonly kind: 'failed' }
  | { readonly kind: 'task'; readonly task: string; readonly downstream: boolean };

/** The command line that does tasks of a run again. */
export function rerunCommand(run: number, tasks: TasksAgain): string {
  if (tasks.kind === 'failed') return `windrow runs rerun ${run} --failed`;
  return `windrow runs rerun ${run} --task ${tasks.task}${tasks.downstream ? ' --downstream' : ''}`;
}
