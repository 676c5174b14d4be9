import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';

import type { Clock } from '../core/clock.ts';
import { type Closable, closeAll } from '../core/closable.ts';
import { ConfigFailure } from '../core/failures.ts';
import type { Log } from '../core/log.ts';
import { Secret } from '../core/secret.ts';
import type { SecretResolver } from '../core/secret-reference.ts';
import type { SettingSources } from '../core/settings.ts';
import type { Dag } from '../dag/dag.ts';
import type { OpenedSecrets, Project } from '../dag/project.ts';
import type { Sensor } from '../dag/sensor/sensor.ts';
import { recordDeskConnection } from '../pipeline/record-desk-connection.ts';
import type { Plugin } from '../plugin/plugin.ts';
import { backendSettings, migrateQueues, openBackend, type BackendSettings } from '../queue/backend.ts';
import { BullMqDispatcher } from '../queue/bullmq-dispatcher.ts';
import { Delivery } from '../queue/delivery.ts';
import { cutKeptJobs } from '../queue/kept-jobs.ts';
import { ensureRedis } from '../queue/redis-connection.ts';
import { advance } from '../scheduler/advance.ts';
import { startCleanUps } from '../scheduler/clean-ups.ts';
import { startScheduler } from '../scheduler/scheduler.ts';
import { SupersededDags } from '../scheduler/superseded-dags.ts';
import { watchSensors } from '../scheduler/watch-sensors.ts';
import type { DatabaseOptions } from '../store/database.ts';
import { openEmbeddedPostgres } from '../store/embedded/embedded-postgres.ts';
import { readInstallationId } from '../store/installation.ts';
import { migrate } from '../store/migrate.ts';
import { registerPlugins } from '../store/plugins/register-plugins.ts';
import { type Learning, registerProject } from '../store/register-project.ts';
import { type Store, openStore } from '../store/store.ts';
import { OpenConnections } from '../worker/open-connections.ts';
import { Settler } from '../worker/settler.ts';
import { Worker } from '../worker/worker.ts';
import { deliverToPlugins } from './plugin-delivery.ts';
import type { Settings } from './settings.ts';

export interface WindrowOptions {
  readonly project: Project;
  readonly settings: Settings;
  readonly sources: SettingSources;
  readonly clock: Clock;
  readonly log: Log;
  /** For jitter; in [0, 1). */
  readonly random: () => number;
  /** What the database learns of the project. Default: all of it. */
  readonly learning?: Learning;
  /** Who does what is done by it, for the audit log. Default: those whom it serves. */
  readonly deedsFrom?: DatabaseOptions['deedsFrom'];
}

/** An opened installation: the truth, the queues, the dags. What runs in this process is started by its methods. */
export interface Windrow extends Closable {
  readonly store: Store;
  readonly dispatcher: BullMqDispatcher;
  readonly delivery: Delivery;
  readonly settler: Settler;
  readonly connections: OpenConnections;
  readonly dags: ReadonlyMap<string, Dag>;
  readonly sensors: ReadonlyMap<string, Sensor>;
  readonly plugins: readonly Plugin[];
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Settings;
  readonly superseded: SupersededDags;
  readonly startWorker: () => Worker;
  readonly startScheduler: () => Closable;
  /** Looks at one dag now instead of at the next tick. */
  readonly advance: (dagId: string) => Promise<void>;
}

/** Finds or starts the database, brings it up to date and makes it know the project's dags. */
export async function openWindrow(options: WindrowOptions): Promise<Windrow> {
  const opened: Closable[] = [];
  try {
    return await open(options, opened);
  } catch (error) {
    await closeAll(opened).catch(() => {});
    throw error;
  }
}

/** The database of the settings, started when it is the built-in one. */
export async function openDatabaseServer(
  settings: Pick<Settings, 'databaseUrl' | 'home'>,
): Promise<Closable & { readonly url: Secret }> {
  if (settings.databaseUrl !== undefined) return { url: settings.databaseUrl, close: async () => {} };
  const server = await openEmbeddedPostgres({ directory: join(settings.home, 'postgres') });
  return { url: new Secret(server.url), close: server.close };
}

/** Brings the tables of the engine and of the queues to the newest version, and names this installation's queues. */
export async function migrateAll(store: Store, settings: Settings, database: Secret): Promise<BackendSettings> {
  await migrate(store.database);
  const prefix = `${settings.queuePrefix}-${await readInstallationId(store.database)}`;
  const queues = backendSettings({
    database,
    prefix,
    ...(settings.redisUrl === undefined ? {} : { redis: settings.redisUrl }),
  });
  await migrateQueues(queues);
  return queues;
}

function openOwnStore({ settings, log, deedsFrom = 'server' }: WindrowOptions, url: Secret): Store {
  return openStore({ url: url.reveal(), log, connections: 16, answerMs: settings.answerMs, deedsFrom });
}

async function open(options: WindrowOptions, opened: Closable[]): Promise<Windrow> {
  const { settings, project, clock, log, sources } = options;
  const keep = <T extends Closable>(part: T): T => {
    opened.push(part);
    return part;
  };
  if (settings.redisUrl !== undefined) await ensureRedis(settings.redisUrl);
  const server = keep(await openDatabaseServer(settings));
  const store = keep(openOwnStore(options, server.url));
  const queues = await migrateAll(store, settings, server.url);
  const { plugins = [] } = project;
  await registerProject(store.database, project, options.learning ?? 'all');
  await registerPlugins(store.database, plugins);
  const dispatcher = keep(new BullMqDispatcher(openBackend(queues, log), clock));
  const delivery = keep(new Delivery({ store, dispatcher, log }));
  const secrets = keep(openSecrets(project, sources));
  const connections = keep(
    new OpenConnections({
      sources,
      tools: { secrets: secrets.resolve, clock, log },
      provided: new Map([[recordDeskConnection, { ...store.desk, close: async () => {} }]]),
    }),
  );
  const dags = new Map<string, Dag>(project.dags.map((dag) => [dag.id, dag]));
  const sensors = new Map<string, Sensor>(project.sensors?.map((sensor) => [sensor.id, sensor]));
  const superseded = new SupersededDags(log);
  const common = { store, delivery, connections, clock, log, dags, sensors, plugins, superseded };
  const advanceOne = async (dagId: string): Promise<void> => {
    const dag = dags.get(dagId);
    if (dag !== undefined) await advance(dag, common);
  };
  const settler = new Settler({
    ...common,
    random: options.random,
    closed: async (runs) => {
      for (const dagId of new Set(runs.flatMap((run) => goingOn(dags, run.dagId)))) await advanceOne(dagId);
    },
  });
  const { concurrency, leaseMs, tickMs, retention } = settings;
  return {
    ...common,
    dispatcher,
    settler,
    settings,
    advance: advanceOne,
    startWorker: () => new Worker({ ...common, dispatcher, settler, concurrency, leaseMs, id: processId() }),
    startScheduler: () => {
      const parts = [
        cutKeptJobs(dags, dispatcher, log),
        startCleanUps({ database: store.database, retention, clock, log }),
        startScheduler({ ...common, dispatcher, settler, tickMs, id: processId() }),
        watchSensors({ ...common, random: options.random, tickMs }),
        deliverToPlugins({ ...common, id: processId() }),
      ];
      return { close: () => closeAll(parts) };
    },
    close: () => closeAll(opened.splice(0)),
  };
}

/** A run that ended may have made way for the next window of its own pipeline, and of those that it covers. */
function goingOn(dags: ReadonlyMap<string, Dag>, dagId: string): readonly string[] {
  return [dagId, ...(dags.get(dagId)?.pipeline?.covers ?? [])];
}

/** Secrets that stand in the environment need no store; a project without one refuses references to stored ones. */
function openSecrets(project: Project, sources: SettingSources): OpenedSecrets {
  const reading = project.secrets?.open(sources);
  if (reading?.kind === 'unreadable') {
    throw new ConfigFailure('E_SECRET_STORE', `The secret store cannot be used: ${reading.problems.join(' ')}`, {
      problems: reading.problems,
    });
  }
  if (reading !== undefined) return reading.settings;
  return { resolve: plainSecret, close: async () => {} };
}

const plainSecret: SecretResolver = async (reference) => {
  if (reference.kind === 'plain') return reference.secret;
  throw new ConfigFailure(
    'E_SECRET_STORE_ABSENT',
    `A setting names the stored secret ${reference.reference}, but the project has no secret store. ` +
      'Add `secrets` to defineProject, or set the secret itself.',
  );
};

/** Host, process and a random part, so that several workers and schedulers of one process stay apart in history. */
function processId(): string {
  return `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
}
