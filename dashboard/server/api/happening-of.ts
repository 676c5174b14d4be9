import { z } from 'zod';

import type { NotableEvent } from '#framework/operate';

import type { Shown } from './endpoint.ts';
import type { Home } from './shapes/home.ts';

/** A notable event as a sentence. */
export function happeningOf(event: NotableEvent): Shown<z.output<typeof Home>['happenings'][number]> {
  const { id, at, kind, dagId, runId, recordId, window } = event;
  return { id, at, kind, dagId, runId, recordId, window, sentence: sentenceOf(event) };
}

function sentenceOf({ kind, details, times }: NotableEvent): string {
  const said = Details.parse(details);
  return SENTENCES[kind]?.(said, times) ?? deed(kind, said);
}

// Written by the engine of this version or an earlier one: what is missing is left out of the sentence.
const Details = z.object({
  by: z.string().optional(),
  from: z.unknown().optional(),
  reason: z.unknown().optional(),
  changes: z.array(z.object({ sentence: z.string() })).catch([]),
});
type Details = z.infer<typeof Details>;

const SENTENCES: Readonly<Record<string, (details: Details, times: number) => string>> = {
  schema_drift: ({ changes }, times) => {
    const last = changes.at(-1)?.sentence ?? '';
    return times === 1 ? `The schema changed: ${last}` : `The schema changed in ${times} windows, at last: ${last}`;
  },
  task_deferred: ({ reason }, times) => `Waited${times > 1 ? ` ${times} times` : ''}: ${text(reason)}`,
  run_timeout: () => 'The run took longer than it may',
  run_triggered: ({ by }) => `${who(by)} started a run`,
  record_rerun: ({ by, from }) => `${who(by)} ran it again${from === undefined ? '' : ` from ${text(from)}`}`,
};

/** `dag_paused` by alice as "alice: dag paused (the source is down)". */
function deed(kind: string, { by, reason }: Details): string {
  return `${who(by)}: ${kind.replaceAll('_', ' ')}${reason === undefined ? '' : ` (${text(reason)})`}`;
}

/** Programs that do not say for whom they ask are noted as unknown. */
function who(by = 'unknown'): string {
  return by === 'unknown' ? 'Somebody' : by;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
