import { describe, expect, it } from 'vitest';

import { type TaskFinished, Temporal, dagId, pipeline, runId, taskId } from '#framework';
import { asset, materializes, windows } from '#framework/assets';

import { hearPipelineCheck } from '../../../framework/plugins/assets/record/hear-notes.ts';
import { pipelineCheck } from '../../../framework/plugins/assets/record/pipeline-checks.ts';

const START = Temporal.Instant.from('2026-01-20T13:00Z');

function finished(task: string, change: Partial<TaskFinished> = {}): TaskFinished {
  return {
    kind: 'taskFinished',
    id: 7,
    at: START.add({ minutes: 20 }),
    dagId: dagId('orders'),
    window: { start: START, end: START.add({ minutes: 15 }), zone: 'UTC' },
    runId: runId(3),
    recordId: null,
    taskId: taskId(task),
    mapIndex: null,
    attempt: 1,
    fence: 1,
    outcome: 'success',
    reason: null,
    output: { source: 1200, target: 1200, verdict: 'PASS' },
    notes: [],
    ...change,
  };
}

describe('the checks of a pipeline', () => {
  it('are the audit that agreed, with its numbers', () => {
    expect(pipelineCheck(finished('audit'))).toEqual({
      check: 'audit',
      passed: true,
      description: 'The source has 1,200 rows, the target 1,200 rows of this window; they agree.',
      metadata: { source_rows: { type: 'int', value: 1200 }, target_rows: { type: 'int', value: 1200 } },
    });
  });

  it('are the audit that failed, with its reason', () => {
    const failed = finished('audit', { outcome: 'fail', reason: 'Two rows are missing.', output: null });
    expect(pipelineCheck(failed)).toMatchObject({ passed: false, description: 'Two rows are missing.' });
  });

  it('are the counts before the load, also where one side was not counted', () => {
    const counted = finished('pre_validation', { output: { source: 1, target: null, resumed: false } });
    expect(pipelineCheck(counted)).toMatchObject({
      check: 'pre_count',
      description: 'The source has 1 row, the target rows that nobody counted of this window before the load.',
      metadata: { source_rows: { type: 'int', value: 1 } },
    });
  });

  it.each([
    finished('stage_to_target'),
    finished('audit', { outcome: 'defer', output: null }),
    finished('audit', { outcome: 'success', output: null }),
  ])('are nothing of other tasks and ends', (event) => {
    expect(pipelineCheck(event)).toBeUndefined();
  });

  it('are kept of each asset that the pipeline declares, with the partition of the window', async () => {
    const orders = asset('orders', { partitions: windows('15m', { start: '2026-01-20T13:00Z' }) });
    const dag = pipeline('orders', { connections: [], ports: () => Promise.reject(new Error('not asked for')) });
    const kept: unknown[] = [];
    const run = async (_text: string, values: readonly unknown[] = []) => {
      kept.push(...values);
      return [];
    };
    await hearPipelineCheck(materializes(dag, { assets: [orders] }), finished('audit'), { database: { run } });
    expect(JSON.parse(String(kept.at(-1)))).toMatchObject([
      { asset: 'orders', partition: '2026-01-20T13:00Z', name: 'audit', passed: true, blocking: true },
    ]);
  });
});
