import { DataFailure, type NoInput, type Task, type TaskContext, task } from '#framework';

import type { Asset } from '../asset.ts';
import type { AssetCheck, CheckContext, Severity } from '../asset-check.ts';
import type { AssetKey } from '../key.ts';
import { readMetadata } from '../metadata.ts';
import { windowsOf } from '../partitions.ts';
import { assets } from '../record/recorder.ts';
import { type AssetParams, runPartitions } from './run-partitions.ts';

interface Checked {
  readonly passed: number;
  readonly failed: number;
}

/** The task of one check. A blocking one that fails with severity `error` fails, so that nothing behind it starts. */
export function checkTask(
  taskId: string,
  { key, partitions, work }: Asset,
  check: AssetCheck,
): Task<NoInput, Checked, 'all_success', AssetParams> {
  const { name, blocking, connections = [] } = check;
  return task(taskId, {
    connections,
    run: async (context: TaskContext<NoInput, AssetParams>) => {
      const { only, check: checked = [] } = context.params;
      const isMade = only === undefined || (work?.keys ?? []).some((made) => only.includes(made));
      if (!isMade && !checked.includes(key)) return { passed: 0, failed: 0 };
      const isByWindow = windowsOf(partitions) !== undefined;
      const results: Result[] = [];
      for (const partition of runPartitions(partitions, context)) {
        results.push(await checkPartition(context, { key, check, partition, isByWindow }));
      }
      const blocked = results.filter(({ passed, severity }) => !passed && blocking && severity === 'error');
      if (blocked.length > 0) throw blockedBy(key, name, blocked);
      const passed = results.filter((result) => result.passed).length;
      return { passed, failed: results.length - passed };
    },
  });
}

interface Checking {
  readonly key: AssetKey;
  readonly check: AssetCheck;
  readonly partition: string | null;
  readonly isByWindow: boolean;
}

interface Result {
  readonly passed: boolean;
  readonly severity: Severity;
  readonly said: string;
}

async function checkPartition(context: TaskContext<NoInput, AssetParams>, checking: Checking): Promise<Result> {
  const { key, check, partition } = checking;
  const { name, blocking, severity } = check;
  const recorder = context.extensions.get(assets);
  const noted = { kind: 'check', asset: key, partition, check: name, blocking } as const;
  try {
    const result = await resultOf(context, checking);
    recorder.note({ ...noted, ...result });
    const said = `${partition ?? 'the asset'}: ${result.description ?? 'not passed'}`;
    return { passed: result.passed, severity: result.severity, said };
  } catch (error) {
    // What could not be looked at must not keep showing the verdict of before.
    const description = `It could not be done: ${error instanceof Error ? error.message : String(error)}`;
    recorder.note({ ...noted, passed: false, severity, description, metadata: {} });
    throw error;
  }
}

async function resultOf(context: TaskContext<NoInput, AssetParams>, { key, check, partition, isByWindow }: Checking) {
  const { name } = check;
  const recorder = context.extensions.get(assets);
  const checked = { asset: key, check: name, window: isByWindow ? partition : null };
  const earlier: CheckContext['earlier'] = (question) => recorder.earlier(checked, question);
  const result = await check.run({ ...context, asset: key, partition, earlier });
  const { passed, severity = check.severity, description, metadata = {} } = result;
  return {
    passed,
    severity,
    metadata: readMetadata(`Check "${name}" of asset "${key}"`, metadata),
    ...(description === undefined ? {} : { description }),
  };
}

function blockedBy(asset: string, check: string, results: readonly Result[]): DataFailure {
  const said = results.slice(0, 5).map((result) => result.said);
  return new DataFailure(
    'E_ASSET_CHECK_FAILED',
    `The check "${check}" of asset "${asset}" failed, and what is made from it does not start: ${said.join('; ')}. ` +
      `Mend the data and make the asset again: windrow assets materialize --select ${asset}.`,
  );
}
