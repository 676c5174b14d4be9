import { windowText } from '../../core/window.ts';
import type { AcceptedRerun } from '../../process/operations.ts';
import { facts, table } from '../table.ts';

/** What a re-run resets and what stays, for people. */
export function rerunText({ recordId, from, keeps, repeats, resets, after }: AcceptedRerun): string {
  const head = facts([
    ['record', recordId],
    ['pipeline', after.pipelineId],
    ['window', windowText(after.window)],
    ['begins at', from],
    ['stays', keeps.length === 0 ? 'nothing: every phase is done again' : keeps.join(', ')],
    ['done again', repeats.join(', ')],
  ]);
  const rows = resets.map(({ column, before, after: then }) => [column, JSON.stringify(before), JSON.stringify(then)]);
  return `${head}\n\n${table(['column', 'now', 'then'], rows, 'No column changes.')}`;
}

export function rerunJson({ recordId, from, keeps, repeats, resets, after }: AcceptedRerun): object {
  return { recordId, pipelineId: after.pipelineId, window: after.window, from, keeps, repeats, resets };
}
