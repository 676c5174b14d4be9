import { Temporal } from '#framework';
import { describe, expect, it } from 'vitest';

import { type RunFacts, explainRun } from '../../../../framework/run/explain/explain-run.ts';

const facts: RunFacts = {
  runId: 9,
  dagId: 'daily',
  kind: 'scheduled',
  cleared: false,
  state: 'queued',
  paused: false,
  cancelRequested: false,
  maxActiveRuns: 2,
  serial: false,
  active: [],
  ahead: [],
  earlierItem: null,
  createdAt: Temporal.Instant.from('2026-01-20T13:30:00Z'),
  startedAt: null,
  endedAt: null,
  open: [],
  openTasks: 0,
  firstError: null,
  hasFailedTasks: false,
  skipReason: null,
  schedulers: { all: 1, withDag: 1 },
};

describe('a queued run', () => {
  it.each([
    ['backfill', ' Runs of a backfill start behind all others.'],
    ['rerun', ' Re-runs start behind live windows.'],
    ['scheduled', ''],
  ])('of kind %s that others go before says why they do', (kind, why) => {
    expect(explainRun({ ...facts, kind, active: [4], ahead: [7, 8] })).toMatchObject([
      { code: 'runs_ahead', text: `Run 9 starts after runs 7, 8, which go first; 1 of 2 places are free.${why}` },
    ]);
  });

  it.each(['scheduled', 'sensor'])('of kind %s waits while its dag is paused', (kind) => {
    expect(explainRun({ ...facts, kind, paused: true })).toMatchObject([
      { code: 'dag_paused', text: expect.stringContaining('windrow dags unpause daily') },
    ]);
  });

  it.each(['manual', 'rerun', 'backfill', 'test'])('of kind %s does not wait for its paused dag', (kind) => {
    expect(explainRun({ ...facts, kind, paused: true })).toMatchObject([{ code: 'next_tick' }]);
  });

  it('whose tasks are done again goes as a re-run does, whatever its kind', () => {
    expect(explainRun({ ...facts, cleared: true, paused: true })).toMatchObject([{ code: 'next_tick' }]);
    expect(explainRun({ ...facts, cleared: true, active: [4], ahead: [7] })).toMatchObject([
      { text: expect.stringContaining('Re-runs start behind live windows.') },
    ]);
  });

  it('of an item says how to let it go on behind an earlier one that failed', () => {
    const earlierItem = { sensor: 'arrivals', key: 'monday', run: 8, state: 'failed' } as const;
    expect(explainRun({ ...facts, kind: 'sensor', earlierItem })).toMatchObject([
      {
        code: 'earlier_item',
        text:
          'Run 9 waits for run 8 of item "monday", which sensor "arrivals" found before: it is failed. Correct the cause, then: ' +
          'windrow sensors rerun arrivals monday (or give it up: windrow sensors skip arrivals monday --reason …)',
      },
    ]);
    expect(explainRun({ ...facts, kind: 'sensor', earlierItem: { ...earlierItem, state: 'running' } })).toMatchObject([
      { text: expect.stringContaining('it is running. See: windrow explain run 8') },
    ]);
  });

  it('behind others of a dag without overlap is told of overlap, and of the limit otherwise', () => {
    const full = { ...facts, maxActiveRuns: 1, active: [4] };
    expect(explainRun({ ...full, serial: true })).toMatchObject([{ code: 'overlap' }]);
    expect(explainRun(full)).toMatchObject([{ code: 'max_active_runs' }]);
  });
});

describe('a failed run', () => {
  it('names the task, or none where the run itself took too long', () => {
    const failure = { kind: 'TimedOut', code: 'E_RUN_TIMED_OUT', message: 'Too long.', reaction: 'fail' } as const;
    const firstError = { task: null, failure: { ...failure, details: {}, causes: [] } };
    const failed = { ...facts, state: 'failed', hasFailedTasks: true } as const;
    expect(explainRun({ ...failed, firstError })[0]?.text).toBe(
      'Run 9 of "daily" failed: E_RUN_TIMED_OUT: Too long. Correct the cause, then: windrow runs rerun 9 --failed',
    );
    expect(explainRun({ ...failed, firstError, hasFailedTasks: false })[0]?.text).toBe(
      'Run 9 of "daily" failed: E_RUN_TIMED_OUT: Too long. None of its tasks failed. To do one again all the same: windrow runs rerun 9 --task TASK',
    );
    expect(explainRun({ ...failed, firstError: { ...firstError, task: 'load[1]' } })[0]?.text).toContain(
      'Run 9 of "daily" failed, first because of task "load[1]": E_RUN_TIMED_OUT: Too long.',
    );
  });
});

describe('a cancelled run', () => {
  it('says how to go on with it, unless it had not started', () => {
    const cancelled = { ...facts, state: 'cancelled' } as const;
    expect(explainRun(cancelled)[0]?.text).toBe('Run 9 of "daily" was cancelled.');
    expect(explainRun({ ...cancelled, hasFailedTasks: true })[0]?.text).toBe(
      'Run 9 of "daily" was cancelled. To go on with it: windrow runs rerun 9 --failed',
    );
  });
});
