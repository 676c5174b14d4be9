import { z } from 'zod';

import { type Dag, type Sensor, dag, every, sensor, task } from '#framework';

/** A shelf that a sensor watches, and a dag that counts it every quarter of an hour. */
export interface Depot {
  readonly dags: readonly Dag[];
  readonly sensors: readonly Sensor[];
  /** Parcels in the order in which they came; the cursor of the sensor says how many it has seen. */
  readonly shelf: string[];
}

export function depot(): Depot {
  const shelf = ['parcel 1', 'parcel 2', 'parcel 3'];
  const nothing = task('nothing', { run: async () => {} });
  const unpack = dag('unpack', { description: 'Unpacks one parcel' }, (d) => void d.use('unpack', nothing));
  const schedule = every('15m', { lag: '5m' });
  const stocktaking = dag('stocktaking', { description: 'Counts what is there', schedule }, (d) => {
    d.use('count', nothing);
  });
  const arrivals = sensor('arrivals', {
    every: '10m',
    dag: unpack,
    cursor: z.number(),
    poll: async ({ cursor = 0 }) => {
      if (cursor > shelf.length) throw new Error(`The shelf has no place ${cursor}.`);
      return { items: shelf.slice(cursor).map((key) => ({ key })), cursor: shelf.length };
    },
  });
  return { dags: [unpack, stocktaking], sensors: [arrivals], shelf };
}
