import { z } from 'zod';

import { milliseconds } from '#framework';
import { type PoolView, type Windrow, listPools, resetPool, setPool } from '#framework/operate';

import { type Endpoint, write } from '../endpoint.ts';
import { Problem, notFound } from '../problem.ts';
import { NoQuestions } from '../shapes/deed.ts';
import { PoolChanged, PoolSetBody } from '../shapes/installation.ts';
import { text } from '../shapes/text.ts';

const COMMON = { role: 'operator', params: z.object({ id: text(200) }), answer: PoolChanged } as const;

export const poolWriteEndpoints: readonly Endpoint[] = [
  write({
    ...COMMON,
    path: '/pools/:id/set',
    summary: 'Sets the limits of a pool by hand; they stay over restarts until they are reset',
    body: PoolSetBody,
    run: async ({ windrow, actor, params: { id }, body: { dryRun, slots, rate } }) => {
      if (slots === undefined && rate === undefined) throw new Problem('E_REQUEST_UNUSABLE', 'Say `slots` or `rate`.');
      const before = await poolOf(windrow, id);
      const change = {
        slots: slots ?? before.slots,
        ...(rate === undefined ? {} : { rate: typeof rate === 'string' ? rate : rated(rate) }),
      };
      if (!dryRun && !(await setPool(windrow.store.database, id, { ...change, by: actor }))) throw notFound('pool', id);
      const after = change.rate === undefined ? before.rate : change.rate === 'none' ? undefined : change.rate;
      return {
        dryRun,
        name: id,
        before: limitsOf(before),
        after: limitsOf({ slots: change.slots, ...(after === undefined ? {} : { rate: after }) }),
      };
    },
  }),
  write({
    ...COMMON,
    path: '/pools/:id/reset',
    summary: 'Puts the limits of the code in force again',
    body: NoQuestions,
    run: async ({ windrow, actor, params: { id }, body: { dryRun } }) => {
      const before = await poolOf(windrow, id);
      if (!dryRun && !(await resetPool(windrow.store.database, id, actor))) throw notFound('pool', id);
      return { dryRun, name: id, before: limitsOf(before), after: before.code };
    },
  }),
];

async function poolOf({ store }: Windrow, name: string): Promise<PoolView> {
  const pool = (await listPools(store.database)).find((one) => one.name === name);
  if (pool === undefined) throw notFound('pool', name);
  return pool;
}

function rated({ starts, perMs }: { readonly starts: number; readonly perMs: number }) {
  return { starts, perMs: milliseconds(perMs) };
}

function limitsOf({ slots, rate }: Pick<PoolView, 'slots' | 'rate'>) {
  return rate === undefined ? { slots } : { slots, rate };
}
