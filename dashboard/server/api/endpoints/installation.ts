import { z } from 'zod';

import {
  findLiveProcesses,
  listMigrations,
  listPools,
  loadSections,
  readHop,
  readQueues,
  readTableSizes,
} from '#framework/operate';

import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { PluginSection, Pool, Process, System } from '../shapes/installation.ts';
import { readVersion } from '../version.ts';

const COMMON = { role: 'viewer', params: NOTHING, query: NOTHING } as const;

export const installationEndpoints: readonly Endpoint[] = [
  read({
    ...COMMON,
    path: '/pools',
    summary: 'Pools with limits, and how much of them is used',
    answer: z.object({ items: z.array(Pool) }),
    run: async ({ windrow }) => ({ items: await listPools(windrow.store.database) }),
  }),
  read({
    ...COMMON,
    path: '/processes',
    summary: 'Workers and schedulers that live, on every machine',
    answer: z.object({ items: z.array(Process) }),
    run: async ({ windrow }) => ({ items: await findLiveProcesses(windrow.store.database) }),
  }),
  read({
    ...COMMON,
    path: '/system',
    summary:
      'What the installation consists of: version, processes, pools, queues and how fast they are, sizes of tables',
    answer: System,
    run: async ({ windrow: { store, dispatcher } }) => {
      const { database } = store;
      const [version, migrations, processes, pools, queues, hop, tables] = await Promise.all([
        readVersion(),
        listMigrations(database),
        findLiveProcesses(database),
        listPools(database),
        readQueues(database),
        readHop(database),
        readTableSizes(database),
      ]);
      return {
        version,
        migrations: { applied: migrations.length, newest: migrations.at(-1) ?? null },
        backend: dispatcher.backend,
        processes,
        pools,
        queues,
        hop,
        tables,
      };
    },
  }),
  read({
    ...COMMON,
    path: '/plugins/sections',
    summary: 'What the plugins of the project show',
    answer: z.object({ items: z.array(PluginSection) }),
    run: async ({ windrow }) => ({ items: await loadSections(windrow) }),
  }),
];
