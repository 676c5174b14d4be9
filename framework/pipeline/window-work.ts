import { z } from 'zod';

import { DefinitionFailure } from '../core/failures.ts';
import { windowText } from '../core/window.ts';
import type { PipelineSpec } from '../dag/pipeline-spec.ts';
import { type TaskContext, windowOf } from '../dag/task-context.ts';
import type { RecordDesk, RecordHolder } from '../record/record-desk.ts';
import type { WindowRecord } from '../record/record.ts';
import type { TransferContext, TransferPorts } from '../transfer/ports.ts';
import { recordDeskConnection } from './record-desk-connection.ts';

/** Everything one of the six tasks works with. */
export interface WindowWork {
  readonly desk: RecordDesk;
  readonly holder: RecordHolder;
  readonly record: WindowRecord;
  readonly ports: TransferPorts;
  readonly transfer: TransferContext;
}

/** Opens the ports of a pipeline from its connections; called by every task, so it must be cheap. */
export type OpenPorts = (
  context: Pick<TaskContext, 'connections' | 'extensions' | 'clock' | 'log'>,
) => Promise<TransferPorts>;

export async function openWork(
  context: TaskContext,
  { spec, openPorts }: { readonly spec: Pick<PipelineSpec, 'covers'>; readonly openPorts: OpenPorts },
): Promise<WindowWork> {
  const handle = context.record;
  if (handle === undefined) throw withoutRecord(context);
  const desk = await context.connections.get(recordDeskConnection);
  const [record, ports] = await Promise.all([desk.read(handle.id), openPorts(context)]);
  const window = windowOf(context);
  return {
    desk,
    record,
    ports,
    holder: { recordId: handle.id, runId: context.runId, fence: context.fence },
    transfer: {
      pipelineId: handle.pipelineId,
      recordId: handle.id,
      window,
      params: Params.parse(context.params),
      fence: context.fence,
      // The window, not the record id, so that a database that is set up anew finds what the target holds already.
      loadId: `${handle.pipelineId} ${windowText(window)} ${record.retryAttempt}`,
      covers: spec.covers,
      signal: context.signal,
      log: context.log,
      clock: context.clock,
    },
  };
}

// What a pipeline's schema gives is an object, and so is what a run without one has.
const Params = z.record(z.string(), z.unknown());

function withoutRecord(context: TaskContext): DefinitionFailure {
  return new DefinitionFailure(
    'E_RUN_WITHOUT_RECORD',
    `Run ${context.runId} of pipeline "${context.dagId}" has no record. Start it with a window: windrow dags trigger ${context.dagId} --window START..END.`,
  );
}
