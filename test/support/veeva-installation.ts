import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { inject, vi } from 'vitest';

import {
  type Closable,
  type DeletePolicy,
  type Phase,
  Temporal,
  type WindowRecord,
  closeAll,
  recordId,
} from '#framework';
import {
  type Project,
  type Windrow,
  findRecord,
  listRecords,
  openWindrow,
  operations,
  readEngineSettings,
} from '#framework/operate';
import { type Sandbox, startSandbox } from '#sandbox';
import { dynamoDbConnection } from '#tasks/dynamodb';

import type { Mismatch } from '../../sandbox/demo/compare-table.ts';
import { verify } from '../../sandbox/demo/verify.ts';
import type { VaultOptions } from '../../sandbox/vault/index.ts';
import { collectingLog } from './collecting-log.ts';
import { freshDatabase } from './database.ts';
import { type BackendName, PATIENT_LEASE, eventually } from './engine.ts';
import { freshRedis } from './redis.ts';
import { type SteppedClock, steppedClock } from './stepped-clock.ts';
import { REDSHIFT, type VeevaTarget } from './veeva-target.ts';

/** When the simulated Vault gets Direct Data: window 1 begins here, and no log day ends in the windows of a test. */
export const ENABLED_AT = Temporal.Instant.from('2026-03-02T08:00Z');
const LAST_MIDNIGHT = Temporal.Instant.from('2026-03-02T00:00Z');

export interface VeevaOptions {
  /** Default: Redshift. */
  readonly target?: VeevaTarget;
  /** Default: `hard`. */
  readonly deletes?: DeletePolicy;
  /** Default: jobs go through PostgreSQL. */
  readonly backend?: BackendName;
  readonly vault?: Partial<VaultOptions>;
  readonly environment?: Readonly<Record<string, string>>;
  /** What `connector_config.json` holds; there is none when absent. */
  readonly connectorFile?: object;
  /** False: this process looks on only, and tasks run elsewhere. */
  readonly works?: boolean;
}

/** The stand-ins, an installation over them, and a simulated time that the test moves from window to window. */
export interface VeevaInstallation extends Closable {
  readonly sandbox: Required<Sandbox>;
  readonly windrow: Windrow;
  readonly target: VeevaTarget;
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
  /** Where the target differs from what the Vault held at the end of the window; `rows` is a condition in SQL. */
  readonly differences: (window: number, rows?: string) => Promise<readonly Mismatch[]>;
  /** Asks the target past its connector. */
  readonly ask: ReturnType<VeevaTarget['ask']>;
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

/** Loads the Full and, where the target takes logs, the one that is there already. */
export async function loadFull({ windrow, target, completed }: VeevaInstallation): Promise<void> {
  const triggered = await operations(windrow).triggerDag(target.full);
  if (triggered.kind !== 'created') throw new Error(`The Full could not be started: ${JSON.stringify(triggered)}`);
  await completed(0);
  if (!target.loadsLogs) return;
  await eventually('the log of the day before', async () => {
    const [log] = await listRecords(windrow.store.database, { pipelineId: 'veeva_log', limit: 1 });
    if (log?.pipelineStatus === 'FAILED') throw new Error(`The log failed: ${log.error?.message}`);
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
  const { target = REDSHIFT, deletes = 'hard' } = options;
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
    ...target.environment(directory, deletes),
    ...(options.backend === 'redis' ? redisEnvironment() : {}),
    ...options.environment,
  };
  // The SDKs read credentials from the process; everything else goes by the settings.
  for (const [name, value] of Object.entries(environment)) if (name.startsWith('AWS_')) vi.stubEnv(name, value);
  keep({ close: async () => void vi.unstubAllEnvs() });
  const logged: string[] = [];
  const { connectorFile } = options;
  const windrow = keep(await openOver({ environment, connectorFile, clock, logged, project: target.project }));
  if (options.works !== false) {
    keep(windrow.startScheduler());
    await keep(windrow.startWorker()).ready();
  }
  const close = once(() => closeAll(opened));
  const parts = { sandbox, windrow, target };
  return {
    ...parts,
    clock,
    environment,
    logged,
    ...recordQuestions(parts),
    ...evidence(parts, directory),
    publish: publisher(clock),
    close,
  };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

interface Opening extends Pick<VeevaInstallation, 'environment' | 'clock'> {
  readonly connectorFile: object | undefined;
  readonly logged: string[];
  readonly project: Project;
}

async function openOver({ environment, connectorFile, clock, logged, project }: Opening): Promise<Windrow> {
  const readFile = (path: string): string | undefined =>
    path === 'connector_config.json' ? JSON.stringify(connectorFile) : undefined;
  const sources = { environment, readFile };
  const reading = readEngineSettings(sources);
  if (reading.kind === 'unreadable') throw new Error(reading.problems.join('\n'));
  const log = collectingLog(logged);
  return openWindrow({ project, settings: reading.settings, sources, clock, log, random: () => 0.5 });
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

function recordQuestions({ windrow, target }: Pick<VeevaInstallation, 'windrow' | 'target'>): RecordQuestions {
  const find: RecordQuestions['find'] = async (window) => {
    const { database } = windrow.store;
    const pipelineId = window === 0 ? target.full : target.incremental;
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

type Evidence = Pick<VeevaInstallation, 'ask' | 'differences' | 'loads' | 'watermark'>;

/** What the systems at both ends say themselves. */
function evidence(
  { sandbox, windrow, target }: Pick<VeevaInstallation, 'sandbox' | 'windrow' | 'target'>,
  directory: string,
): Evidence {
  const ask = target.ask(windrow, directory);
  return {
    ask,
    differences: async (window, rows = 'true') => {
      const reader = await target.reader(windrow, directory, rows);
      const truth: Required<Sandbox>['vault']['truth'] = (moment) =>
        sandbox.vault.truth(moment).filter(({ extract }) => target.loadsLogs || !extract.startsWith('Log.'));
      const moments = { windowsTo: windowEnd(window), logsTo: LAST_MIDNIGHT };
      const { mismatches, tables } = await verify({ vault: { truth }, reader, ...moments });
      if (tables === 0) throw new Error('The Vault knows no tables, so nothing was verified.');
      return mismatches;
    },
    loads: async (window) => {
      const pipeline = window === 0 ? target.full : target.incremental;
      const end = windowEnd(window).toString().replace('T', ' ').replace('Z', '');
      const rows = await ask(
        `select load_id from vault.windrow_load_log where pipeline_id = '${pipeline}' and window_end = '${end}' order by fence`,
      );
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
