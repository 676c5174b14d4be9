import type { Command } from 'commander';

import type { Json } from '../../core/json.ts';
import type { Window } from '../../core/window.ts';
import { createTriggered } from '../../process/trigger.ts';
import type { Windrow } from '../../process/windrow.ts';
import { type Answer, refused, trouble } from '../answer.ts';
import { paramsArgument, windowArgument } from '../arguments.ts';
import { runLocally } from '../local/run-locally.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { endedRun } from '../started-run.ts';
import { listenForStop } from '../stop-signals.ts';
import { unknownDag } from './dags.ts';

interface TestOptions {
  readonly window?: Window;
  readonly params?: Readonly<Record<string, Json>>;
}

export function addDagsTest(dags: Command, { act }: Shell): void {
  dags
    .command('test')
    .description('a whole run in this process, with its real effects; needs no worker and no scheduler')
    .argument('<dag>', 'id of the dag')
    .option('--window <start..end>', 'which window', windowArgument)
    .option('--params <json>', 'a JSON object for the run', paramsArgument)
    .action(
      act((session: Session, id: string, options: TestOptions) =>
        session.withWindrow((windrow) => test(session, windrow, { id, options }), {
          log: session.taskLog(),
        }),
      ),
    );
}

async function test(
  session: Session,
  windrow: Windrow,
  { id, options }: { readonly id: string; readonly options: TestOptions },
): Promise<Answer> {
  const dag = windrow.dags.get(id);
  if (dag === undefined) return unknownDag(id, [...windrow.dags.keys()]);
  const created = await createTriggered(windrow, dag, { ...options, kind: 'test', by: session.user });
  if (created.kind === 'refused') return refused(created.reason);
  const { runId, recordId } = created;
  const signals = listenForStop({
    stop: () => session.note(`Run ${runId} is cancelled; the next signal gives up waiting for its end.`),
    hurry: () => session.note('Not waiting any more.'),
  });
  try {
    const ended = await runLocally(windrow, { dagId: id, runId, stop: signals.stop, hurry: signals.hurry });
    if (ended === undefined)
      return trouble('failed', {
        code: 'E_CANCELLED',
        message: `Run ${runId} was left before its end. Look at it: windrow runs show ${runId}`,
      });
    return endedRun(session, { ended, json: { dagId: id, runId, recordId: recordId ?? null }, text: '' });
  } finally {
    await signals.close();
  }
}
