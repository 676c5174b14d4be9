import { newDirectories, pipeline, sensor } from '#framework';
import { Arrival, bronzeLake, directoryWindow, landedDirectories } from '#tasks/bronze-lake';
import { s3Connection } from '#tasks/s3';
import { z } from 'zod';

/** Each directory that arrives, such as landing/20260120T133000Z/orders.csv, becomes a window and goes into the lake. */
export const bronzeArrivals = pipeline('bronze_arrivals', {
  description: 'Directories of files that arrive, into the bronze lake',
  params: Arrival,
  sourceName: 'landing',
  targetName: 'bronze_lake',
  connections: [s3Connection],
  ports: bronzeLake({ landing: 'landing', lake: 'bronze' }),
  retry: { retries: 5 },
  timeout: '2h',
  tags: ['bronze'],
});

/** Finds all whole directories that are newer than the newest one before, oldest first. */
export const bronzeLanding = sensor('bronze_landing', {
  every: '1m',
  dag: bronzeArrivals,
  // Where the window of the first directory begins.
  start: '2026-01-01T00:00Z',
  cursor: z.string(),
  connections: [s3Connection],
  poll: async ({ cursor, connections, signal }) => {
    const { store } = await connections.get(s3Connection);
    const landed = await landedDirectories(store, 'landing', { signal });
    const isWhole = (name: string): boolean => landed.get(name) === true;
    return newDirectories({ list: landed.keys(), after: cursor, isWhole, window: directoryWindow });
  },
});
