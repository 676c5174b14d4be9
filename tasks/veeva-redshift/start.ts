import { z } from 'zod';

import { type Closable, type Connection, type FirstStart, readSettings } from '#framework';
import { dynamoDbConnection } from '#tasks/dynamodb';
import { vaultConnection } from '#tasks/veeva';

export interface StartSettings {
  /** Without watermark and start time: begin this many hours back instead of waiting for a Full. */
  readonly lookBackHours: number | undefined;
}

/** What the first run does when nothing was loaded before. */
export const startConnection: Connection<StartSettings, StartSettings & Closable> = {
  name: 'direct_data_start',
  read: ({ environment }) =>
    readSettings<StartSettings>(
      Settings,
      { dynamic: given(environment['USE_DYNAMIC_WINDOW']), hours: given(environment['LOOK_BACK_HOURS']) },
      { dynamic: 'USE_DYNAMIC_WINDOW', hours: 'LOOK_BACK_HOURS' },
    ),
  open: async (settings) => ({ ...settings, close: async () => {} }),
};

const Settings: z.ZodType<StartSettings> = z
  .strictObject({
    dynamic: z.enum(['true', 'false'], 'expected true or false').default('false'),
    hours: z.coerce.number('expected a whole number of hours').int().min(1).max(240).default(24),
  })
  .transform(({ dynamic, hours }) => ({ lookBackHours: dynamic === 'true' ? hours : undefined }));

/** The watermark, else the configured start, else the look-back window, else wait for a Full. */
export const incrementalStart: FirstStart = async ({ connections, clock, signal }) => {
  const [watermarks, vault, start] = await Promise.all([
    connections.get(dynamoDbConnection),
    connections.get(vaultConnection),
    connections.get(startConnection),
  ]);
  const from = (await watermarks.readWatermark({ signal })) ?? vault.settings.startTime;
  if (from !== undefined) return from;
  if (start.lookBackHours !== undefined) return clock.now().subtract({ hours: start.lookBackHours });
  return {
    notYet:
      'There is no watermark: load a Full first (windrow dags trigger veeva_full), or set DIRECT_DATA_START_TIME, or USE_DYNAMIC_WINDOW=true.',
  };
};

/** Process id of the log pipeline's watermark; incremental files use PROCESS_ID. */
export const LOG_PROCESS_ID = 'VeevaRedshift_Log';

/** The watermark, else the oldest log that Vault still lists. */
export const logStart: FirstStart = async ({ connections, clock, signal }) => {
  const watermark = await (
    await connections.get(dynamoDbConnection)
  ).readWatermark({ processId: LOG_PROCESS_ID, signal });
  if (watermark !== undefined) return watermark;
  const { client } = await connections.get(vaultConnection);
  const listing = await client.list(
    { kind: 'log', from: clock.now().subtract({ hours: 96 }), to: undefined },
    { signal },
  );
  const oldest =
    listing.kind === 'none_yet'
      ? undefined
      : listing.items.find((item) => item.kind === 'file' && item.extractKind === 'log');
  if (oldest?.kind === 'file') return oldest.start;
  return { notYet: 'Vault lists no log file yet; the first one appears the day after Direct Data is enabled.' };
};

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
