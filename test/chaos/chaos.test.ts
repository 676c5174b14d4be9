import { describe, expect, it } from 'vitest';

import { runChaos } from './chaos.ts';
import { BACKENDS } from './ground.ts';
import { verdictText } from './verdict.ts';

const MINUTES = 1;
const SEED = 20_260_120;
const LIMIT_MS = 420_000;

describe.each(BACKENDS)('processes that are killed, frozen and blocked, on servers that fail, over %s', (backend) => {
  it(
    'end every window once, without loss, double effect or anything stuck, and live on',
    async () => {
      const report = await runChaos({ backend, minutes: MINUTES, seed: SEED });
      console.log(JSON.stringify(report));
      expect(verdictText(report.verdict)).toBe('lost 0, doubled 0, stuck 0');
      expect(report.verdict.disordered).toBe(0);
      expect(report.crashes).toEqual([]);
      expect(Object.values(report.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
      expect(Math.min(...Object.values(report.windows))).toBeGreaterThan(5);
    },
    LIMIT_MS,
  );
});
