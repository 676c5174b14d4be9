import { describe, expect, it } from 'vitest';

import { type GanttTry, ganttRows } from '../../../dashboard/web/src/pages/run/gantt-rows.ts';

describe('the gantt of a run', () => {
  const attempt = (task: string, startedAt: string, endedAt: string | null): GanttTry => ({
    task,
    attempt: 1,
    ...(endedAt === null ? { words: 'running', tone: 'busy' } : { words: 'success', tone: 'good' }),
    startedAt,
    endedAt,
  });
  const tries = [
    attempt('load', '2026-01-20T13:15:02Z', '2026-01-20T13:15:06Z'),
    attempt('audit', '2026-01-20T13:15:06Z', null),
  ];
  const now = Date.parse('2026-01-20T13:15:10Z');

  it('gives every task a row in the order of the dag, tasks without a try an empty one', () => {
    const rows = ganttRows(['load', 'audit', 'clean'], tries, now)?.rows;
    expect(rows?.map(({ task, bars }) => [task, bars.length])).toEqual([
      ['load', 1],
      ['audit', 1],
      ['clean', 0],
    ]);
  });

  it('ends a running try now', () => {
    const [load, audit] = ganttRows(['load', 'audit'], tries, now)?.rows.map(({ bars }) => bars[0]) ?? [];
    expect(load).toMatchObject({ from: 0, width: 0.5, millis: 4000 });
    expect(audit).toMatchObject({ from: 0.5, width: 0.5, millis: 4000 });
  });

  it('has at most eight ticks from milliseconds to weeks, none outside', () => {
    for (const millis of [1, 3, 950, 61_000, 7_000_000, 900_000_000]) {
      const ended = new Date(Date.parse('2026-01-20T13:15:02Z') + millis).toISOString();
      const ticks = ganttRows(['load'], [attempt('load', '2026-01-20T13:15:02Z', ended)], now)?.ticks ?? [];
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThanOrEqual(8);
      for (const { at } of ticks) expect(at).toBeLessThanOrEqual(1);
    }
  });

  it('is not there before a task has started', () => {
    expect(ganttRows(['load'], [], now)).toBeUndefined();
  });
});
