import { describe, expect, it } from 'vitest';

import { runChaos } from './chaos.ts';
import { BACKENDS } from './ground.ts';
import { NARROW } from './load/expectations.ts';
import { verdictText } from './verdict.ts';

/** Three minutes over both backends. */
const MINUTES = 1.5;
const SEED = 20_260_120;
const LIMIT_MS = 600_000;
/** What a machine that is slow enough may never come to in that time. */
const RARE = ['deferrals', 'cancelled_runs', 'cancel_run', 'cancel_record'];

describe.each(BACKENDS)('processes that are killed, frozen and blocked, on servers that fail, over %s', (backend) => {
  it(
    'end every window once, without loss, double effect or anything stuck, and live on',
    async () => {
      const report = await runChaos({ backend, minutes: MINUTES, seed: SEED });
      console.log(JSON.stringify(report));
      expect(verdictText(report.verdict)).toBe('lost 0, doubled 0, stuck 0');
      expect(report.left).toEqual([]);
      expect(Object.entries(report.verdict).filter(([, count]) => count > 0)).toEqual([]);
      expect(report.crashes).toEqual([]);
      // A load on which nothing was done proves nothing.
      expect(Object.values(report.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
      expect(Math.min(...Object.values(report.windows))).toBeGreaterThan(5);
      const idle = Object.entries({ ...report.deeds, ...report.work }).filter(([, count]) => count === 0);
      expect(idle.map(([what]) => what).filter((what) => !RARE.includes(what))).toEqual([]);
      expect(report.slots).toMatchObject({ overbooked: 0, most: NARROW.slots });
      expect(report.slots.looks).toBeGreaterThan(100);
    },
    LIMIT_MS,
  );
});
