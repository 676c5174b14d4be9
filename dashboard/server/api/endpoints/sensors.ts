import { z } from 'zod';

import { listSensors, sensorOperations } from '#framework/operate';

import { IdCursor, limitOf, pageOf } from '../cursor.ts';
import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { notFound } from '../problem.ts';
import { DagParams } from '../shapes/names.ts';
import { Sensor, SensorDetail } from '../shapes/sensor.ts';

export const sensorEndpoints: readonly Endpoint[] = [
  read({
    path: '/sensors',
    summary: 'Sensors by name, with what they saw and what holds them up',
    role: 'viewer',
    params: NOTHING,
    query: NOTHING,
    answer: z.object({ items: z.array(Sensor) }),
    run: async ({ windrow }) => ({ items: await listSensors(windrow.store.database) }),
  }),
  read({
    path: '/sensors/:id',
    summary: 'A sensor with the items that it found, newest first, and what was done to it',
    role: 'viewer',
    params: DagParams,
    query: z.strictObject({ limit: limitOf(50, 500), cursor: IdCursor }),
    answer: SensorDetail,
    run: async ({ windrow, params: { id }, query: { limit, cursor } }) => {
      const asked = { limit: limit + 1, ...(cursor === undefined ? {} : { before: cursor }) };
      const sensor = await sensorOperations(windrow).show(id, asked);
      if (sensor === undefined) throw notFound('sensor', id);
      const { items, next } = pageOf(sensor.items, limit, ({ position }) => position);
      return { ...sensor, items, next };
    },
  }),
];
