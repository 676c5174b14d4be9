import { parseArgs } from 'node:util';

import { z } from 'zod';

import { runArchives } from './archives/run-archives.ts';

// `npm run corpus -- archives --count 10000 --seed 7`: prints the report as JSON; ends with 1 when anything was wrong.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '10000' }, seed: { type: 'string' }, from: { type: 'string' } },
});
const Orders = z.object({
  what: z.enum(['archives']),
  count: z.coerce.number().int().positive(),
  seed: z.coerce.number().int(),
  from: z.coerce.number().int().nonnegative().default(0),
});
const { what, ...asked } = Orders.parse({
  ...values,
  what: positionals[0],
  seed: values.seed ?? Math.floor(Math.random() * 1e9),
});
process.stderr.write(`corpus: ${asked.count} ${what}, seed ${asked.seed} …\n`);
const report = await runArchives(asked);
console.log(JSON.stringify(report, null, 2));
if (report.wrong.length > 0) process.exitCode = 1;
