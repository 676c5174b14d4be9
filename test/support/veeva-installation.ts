import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { inject, vi } from 'vitest';

import { type Closable, type Phase, Temporal, type WindowRecord, closeAll, recordId } from '#framework';
import { type Windrow, findRecord, listRecords, openWindrow, operations, readEngineSettings } from '#framework/operate';
import { type Sandbox, startSandbox } from '#sandbox';
import { dynamoDbConnection } from '#tasks/dynamodb';
import { redshiftConnection } from '#tasks/redshift';

import type { Mismatch } from '../../sandbox/demo/compare-table.ts';
import { verify } from '../../sandbox/demo/verify.ts';
import type { VaultOptions } from '../../sandbox/vault/index.ts';
import { collectingLog } from './collecting-log.ts';
import { freshDatabase } from './database.ts';
import { type BackendName, PATIENT_LEASE, eventually } from './engine.ts';
import { hurriedProject } from './hurried-project.ts';
import { freshRedis } from './redis.ts';
import { type SteppedClock, steppedClock } from './stepped-clock.ts';

/** When the simulated Vault gets Direct Data: window 1 begins here, and no log day ends in the windows of a test. */
export const ENABLED_AT = Temporal.Instant.from('2026-03-02T08:00Z');
const LAST_MIDNIGHT = Temporal.Instant.from('2026-03-02T00:00Z');

export interface VeevaOptions {
  /** Default: jobs go through PostgreSQL. */
  readonly backend?: BackendName;
  readonly vault?: Partial<VaultOptions>;
  readonly environment?: Readonly<Record<string, string>>;
  /** False: this process looks on only, and tasks run elsewhere. */
  readonly works?: boolean;
}

/** The stand-ins, an installation over them, and a simulated time that the test moves from window to window. */
export interface VeevaInstallation extends Closable {
  readonly sandbox: Required<Sandbox>;
  readonly windrow: Windrow;
  readonly clock: SteppedClock;
  /** Everything that another process needs to open the same installation. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lines that were logged in this process. */
  readonly logged: readonly string[];
  /** Lets so many windows become due. */
  readonly publish: (windows: number) => void;
  /** The record of window number `window` once it is completed or failed; window 0 is the Full. */
  readonly ended: (window: number) => Promise<WindowRecord>;
  /** As `ended`, and it must have been completed. */
  readonly completed: (window: number) => Promise<WindowRecord>;
  readonly find: (window: number) => Promise<WindowRecord | undefined>;
  /** Re-runs the record of the window and waits until it is completed. */
  readonly rerun: (window: number, from?: Phase) => Promise<void>;
  /** Load ids that Redshift's own log holds for the window, in the order of their commits. */
  readonly loads: (window: number) => Promise<readonly string[]>;
  readonly watermark: () => Promise<Temporal.Instant | undefined>;
  /** Where Redshift differs from what the Vault held at the end of the window. */
  readonly differences: (window: number) => Promise<readonly Mismatch[]>;
}

/** Opens an installation of the real dags whose Full is still to be loaded. */
export async function openVeeva(options: VeevaOptions = {}): Promise<VeevaInstallation> {
  const opened: Closable[] = [];
  try {
    return await open(options, opened);
  } catch (error) {
    await closeAll(opened).catch(() => {});
    throw error;
  }
}

/** Loads the Full and the log that is there already. */
export async function loadFull({ windrow, completed }: VeevaInstallation): Promise<void> {
  const triggered = await operations(windrow).triggerDag('veeva_full');
  if (triggered.kind !== 'created') throw new Error(`The Full could not be started: ${JSON.stringify(triggered)}`);
  await completed(0);
  await eventually('the log of the day before', async () => {
    const [log] = await listRecords(windrow.store.database, { pipelineId: 'veeva_log', limit: 1 });
    return log?.pipelineStatus === 'COMPLETED' ? log : undefined;
  });
}

/** The end of window number `window`. */
export function windowEnd(window: number): Temporal.Instant {
  return ENABLED_AT.add({ minutes: 15 * window });
}

/** The name that the Vault gives to the file of a window: `143462-20260302-0815-N`. */
export function fileOf(window: number): string {
  const [date = '', time = ''] = windowEnd(window).toString().split('T');
  return `143462-${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}-N`;
}

async function open(options: VeevaOptions, opened: Closable[]): Promise<VeevaInstallation> {
  const keep = <T extends Closable>(part: T): T => {
    opened.push(part);
    return part;
  };
  const directory = await mkdtemp(join(tmpdir(), 'windrow-veeva-'));
  keep({ close: () => rm(directory, { recursive: true, force: true }) });
  const clock = steppedClock(ENABLED_AT.add({ minutes: 1 }));
  const keys = { accessKeyId: 'AKIAWINDROWTEST', secretAccessKey: `secret-${randomUUID()}` };
  const sandbox = whole(
    keep(
      await startSandbox({
        directory,
        databaseUrl: inject('postgresUrl'),
        redshiftDatabase: `dev_${randomUUID().slice(0, 8)}`,
        clock,
        credentials: keys,
        vault: {
          objects: 4,
          rows: 150,
          changesPerWindow: 25,
          logRows: 5,
          enabledAt: ENABLED_AT,
          zone: 'UTC',
          ...options.vault,
        },
      }),
    ),
  );
  const environment = {
    ...sandbox.environment,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    DATABASE_URL: await freshDatabase(),
    WINDROW_TICK: '200ms',
    ...(options.works === false ? {} : { WINDROW_LEASE: PATIENT_LEASE }),
    WINDROW_HOME: directory,
    ...(options.backend === 'redis' ? redisEnvironment() : {}),
    ...options.environment,
  };
  // The SDKs read credentials from the process; everything else goes by the settings.
  for (const [name, value] of Object.entries(environment)) if (name.startsWith('AWS_')) vi.stubEnv(name, value);
  keep({ close: async () => void vi.unstubAllEnvs() });
  const logged: string[] = [];
  const windrow = keep(await openOver(environment, clock, logged));
  if (options.works !== false) {
    keep(windrow.startScheduler());
    await keep(windrow.startWorker()).ready();
  }
  const close = once(() => closeAll(opened));
  const parts = { sandbox, windrow };
  return {
    ...parts,
    clock,
    environment,
    logged,
    ...recordQuestions(windrow),
    ...evidence(parts),
    publish: publisher(clock),
    close,
  };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

async function openOver(
  environment: VeevaInstallation['environment'],
  clock: SteppedClock,
  logged: string[],
): Promise<Windrow> {
  const sources = { environment, readFile: () => undefined };
  const reading = readEngineSettings(sources);
  if (reading.kind === 'unreadable') throw new Error(reading.problems.join('\n'));
  const log = collectingLog(logged);
  return openWindrow({ project: hurriedProject, settings: reading.settings, sources, clock, log, random: () => 0.5 });
}

function redisEnvironment(): Readonly<Record<string, string>> {
  const { url, prefix } = freshRedis();
  return { REDIS_URL: url, WINDROW_QUEUE_PREFIX: prefix };
}

/** Vault publishes a window a quarter of an hour after its end. */
function publisher(clock: SteppedClock): (windows: number) => void {
  return (windows) => clock.moveTo(windowEnd(windows + 1).add({ minutes: 1 }));
}

const ID_OF_WINDOW = {
  name: 'test_id_of_window',
  text: 'select id from pipeline_records where pipeline_id = $1 and window_end_time = $2',
};

type RecordQuestions = Pick<VeevaInstallation, 'ended' | 'completed' | 'find' | 'rerun'>;

function recordQuestions(windrow: Windrow): RecordQuestions {
  const find: RecordQuestions['find'] = async (window) => {
    const { database } = windrow.store;
    const pipelineId = window === 0 ? 'veeva_full' : 'veeva_incremental';
    const [row] = await database.run(ID_OF_WINDOW, [pipelineId, windowEnd(window).toString()]);
    return row === undefined ? undefined : findRecord(database, recordId(Number(row['id'])));
  };
  const ended: RecordQuestions['ended'] = (window) =>
    eventually(`the end of window ${window}`, async () => {
      const record = await find(window);
      return record?.pipelineStatus === 'COMPLETED' || record?.pipelineStatus === 'FAILED' ? record : undefined;
    });
  const completed: RecordQuestions['completed'] = async (window) => {
    const record = await ended(window);
    if (record.pipelineStatus === 'COMPLETED') return record;
    throw new Error(`Window ${window} failed: ${record.error?.message ?? 'without an error'}`);
  };
  const rerun: RecordQuestions['rerun'] = async (window, from) => {
    const { id } = await ended(window);
    await eventually(`the end of the last run of record ${id}`, async () => {
      const answer = await operations(windrow).rerunRecord(id, from === undefined ? {} : { from });
      return answer.kind === 'started' ? answer : undefined;
    });
    await completed(window);
  };
  return { find, ended, completed, rerun };
}

type Evidence = Pick<VeevaInstallation, 'differences' | 'loads' | 'watermark'>;

/** What the systems at both ends say themselves. */
function evidence({ sandbox, windrow }: Pick<VeevaInstallation, 'sandbox' | 'windrow'>): Evidence {
  return {
    differences: async (window) => {
      const { reader } = await windrow.connections.get(redshiftConnection);
      const moments = { windowsTo: windowEnd(window), logsTo: LAST_MIDNIGHT };
      const { mismatches, tables } = await verify({ vault: sandbox.vault, reader, ...moments });
      if (tables === 0) throw new Error('The Vault knows no tables, so nothing was verified.');
      return mismatches;
    },
    loads: async (window) => {
      const { warehouse } = await windrow.connections.get(redshiftConnection);
      const pipeline = window === 0 ? 'veeva_full' : 'veeva_incremental';
      const end = windowEnd(window).toString().replace('T', ' ').replace('Z', '');
      const sql = `select load_id from vault.windrow_load_log where pipeline_id = '${pipeline}' and window_end = '${end}' order by fence`;
      const rows = await warehouse.rows({ name: 'read the load log for a test', sql });
      return rows.map(([id]) => id ?? '');
    },
    watermark: async () => (await windrow.connections.get(dynamoDbConnection)).readWatermark(),
  };
}

function whole(sandbox: Sandbox): Required<Sandbox> {
  const { vault, s3, redshift, dynamodb, sns, secretsManager, eventbridge } = sandbox;
  if (!vault || !s3 || !redshift || !dynamodb || !sns || !secretsManager || !eventbridge)
    throw new Error('A stand-in did not start.');
  return { ...sandbox, vault, s3, redshift, dynamodb, sns, secretsManager, eventbridge };
}
