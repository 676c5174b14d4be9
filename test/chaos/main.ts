import { parseArgs } from 'node:util';

import { z } from 'zod';

import { runChaos } from './chaos.ts';
import { FAULTS } from './faults.ts';
import { BACKENDS } from './ground.ts';
import { isClean, verdictText } from './verdict.ts';

// `npm run chaos -- --minutes 10 --seed 7 --backend postgres --faults kill,freeze`: prints the report as one line of JSON
// and the verdict as the last line; ends with 1 unless nothing was lost, doubled, stuck or out of order.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string' },
    backend: { type: 'string', default: 'redis' },
    faults: { type: 'string' },
  },
});
const Orders = z.object({
  minutes: z.coerce.number().positive(),
  seed: z.coerce.number().int(),
  backend: z.enum(BACKENDS),
  faults: z.array(z.enum(FAULTS)).optional(),
});
const { faults, ...orders } = Orders.parse({
  ...values,
  seed: values.seed ?? Math.floor(Math.random() * 1e9),
  faults: values.faults?.split(','),
});
process.stderr.write(`chaos: seed ${orders.seed} on ${orders.backend} for ${orders.minutes} min …\n`);
const note = (text: string): void => void process.stderr.write(`chaos: ${text}\n`);
const report = await runChaos({ ...orders, note, ...(faults === undefined ? {} : { faults }) });
console.log(JSON.stringify(report));
console.log(verdictText(report.verdict));
if (!isClean(report.verdict) || report.crashes.length > 0) process.exitCode = 1;
