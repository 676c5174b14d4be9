import {
  type Dag,
  type PipelineDagOptions,
  type Schedule,
  type StageManifest,
  type TransferContext,
  type TransferPorts,
  every,
  manifestFromJson,
  manifestToJson,
  pipeline,
  windowText,
} from '#framework';

import { manifestOf } from '../../support/transfer-doubles.ts';
import type { Target } from '../target.ts';
import { type LoadOptions, PATIENT, fenced, stumble, takeTime } from './effect.ts';
import type { Expectation } from './expectations.ts';

const ROWS = 3;

/** A pipeline between nowhere and the target of the harness. */
export function pipelineOf(expected: Expectation, { start, target }: LoadOptions): Dag {
  const options: PipelineDagOptions = {
    connections: [],
    schedule: scheduleOf(expected, start.toString()),
    maxActiveRuns: 3,
    retry: PATIENT,
    ports: async () => portsOf(target, expected),
  };
  return pipeline(expected.dagId, options);
}

function scheduleOf({ everyMs, isStrict }: Expectation, start: string): Schedule {
  return every(`${everyMs / 1000}s`, { start, ...(isStrict ? {} : { overlap: 'allow', order: 'free' }) });
}

function portsOf(target: Target, { isCancelled }: Expectation): TransferPorts {
  const key = ({ pipelineId, window }: TransferContext) => ({
    dagId: pipelineId,
    windowStart: window.start.toString(),
    taskId: 'load',
  });
  const stagedAt = ({ pipelineId, window }: TransferContext) => [pipelineId, windowText(window)] as const;
  return {
    source: {
      count: async () => ({ kind: 'counted', rows: ROWS }),
      transfer: async (context) => {
        await takeTime(context.fence, context.signal);
        await stumble(target, context.pipelineId, context.window.start);
        const manifest = manifestOf(context, ROWS);
        await target.stage(...stagedAt(context), manifestToJson(manifest));
        return manifest;
      },
    },
    stage: {
      clean: (context) => target.stage(...stagedAt(context), undefined),
      find: async (context) => readManifest(await target.staged(...stagedAt(context))),
      verify: async () => {},
    },
    target: {
      count: async (context) => {
        const loads = await target.count(key(context));
        return loads === 0 ? { kind: 'unknown', reason: 'never loaded' } : { kind: 'counted', rows: ROWS * loads };
      },
      clean: async () => {},
      load: async (manifest, context) => {
        await takeTime(context.fence, context.signal);
        const { fence, loadId } = context;
        const outcome = await target.load({ ...key(context), fence, loadId, isHeld: isCancelled === true });
        if (outcome === 'fenced') throw fenced(loadId);
        return { outcome, rows: manifest.rows, tables: 1, schemaChanges: [], details: {} };
      },
      audit: async (manifest, context) => {
        const targetRows = ROWS * (await target.count(key(context)));
        const verdict = targetRows === manifest.rows ? 'PASS' : 'FAIL';
        return { verdict, sourceRows: manifest.rows, targetRows, differences: [] };
      },
    },
  };
}

function readManifest(text: string | undefined): StageManifest | undefined {
  return text === undefined ? undefined : manifestFromJson(text, 'target.stage');
}
