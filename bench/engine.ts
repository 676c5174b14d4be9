import { parseArgs } from 'node:util';

import { backlogFigures } from './engine/backlog.ts';
import { fanFigures } from './engine/fan.ts';
import { manyWindowsFigures } from './engine/many-windows.ts';
import { recoveryFigures } from './engine/recovery.ts';
import { type Servers, openServers } from './engine/servers.ts';
import { ENGINE_PACKAGES, type Figure, print } from './figures.ts';
import { hopFigures } from './hop.ts';
import { throughputFigures } from './throughput.ts';

const OPTIONS = {
  only: { type: 'string' },
  rounds: { type: 'string', default: '3' },
  windows: { type: 'string', default: '100000' },
  backlog: { type: 'string', default: '20000' },
  width: { type: 'string', default: '1000' },
  minutes: { type: 'string', default: '2' },
} as const;

type Sizes = Readonly<Record<'rounds' | 'windows' | 'backlog' | 'width' | 'minutes', number>>;

/** Each part measures alone, on servers of its own: nothing is left of the part before. */
const PARTS: Readonly<Record<string, (servers: Servers, sizes: Sizes) => Promise<Figure[]>>> = {
  hop: (servers, { rounds }) => hopFigures(servers, { tasks: 40, rounds: rounds * 5 }),
  throughput: (servers, { rounds }) => throughputFigures(servers, { runs: 500, tasks: 6, rounds }),
  windows: (servers, { windows, rounds }) => manyWindowsFigures(servers, windows, rounds * 100),
  backlog: (servers, { backlog }) => backlogFigures(servers, backlog),
  fan: (servers, { width, rounds }) => fanFigures(servers, width, rounds),
  recovery: async (_, { minutes }) => [
    ...(await recoveryFigures('redis', minutes)),
    ...(await recoveryFigures('postgres', minutes)),
  ],
};

/** `--only hop,fan --rounds 3 --windows 100000 --backlog 20000 --width 1000 --minutes 2`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const sizes: Sizes = {
    rounds: Number(values.rounds),
    windows: Number(values.windows),
    backlog: Number(values.backlog),
    width: Number(values.width),
    minutes: Number(values.minutes),
  };
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (values.only !== undefined && !values.only.split(',').includes(name)) continue;
    process.stderr.write(`bench engine: ${name} …\n`);
    figures.push(...(await alone((servers) => measure(servers, sizes))));
  }
  await print(ENGINE_PACKAGES, figures);
}

async function alone(measure: (servers: Servers) => Promise<Figure[]>): Promise<Figure[]> {
  const servers = await openServers();
  try {
    return await measure(servers);
  } finally {
    await servers.close();
  }
}
