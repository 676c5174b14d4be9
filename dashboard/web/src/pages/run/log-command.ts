import { shellWord } from '../../format/shell-word.ts';

/** The command line that prints the log of a task, of one instance, or of one try. */
export function logCommand(run: number, task: string, attempt: number | undefined): string {
  return `windrow runs logs ${run} ${shellWord(task)}${attempt === undefined ? '' : ` --attempt ${attempt}`}`;
}
