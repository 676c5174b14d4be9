import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

import pg from 'pg';
import { z } from 'zod';

import type { Closable } from '../../core/closable.ts';
import { seconds } from '../../core/duration.ts';
import { ConfigFailure } from '../../core/failures.ts';
import { rest } from '../../core/timer.ts';
import { type PostgresBinaries, loadBinaries } from './binaries.ts';
import { type ServerUser, openServerUser } from './server-user.ts';

export interface EmbeddedOptions {
  /** Data, settings and log lie here; made when absent. */
  readonly directory: string;
  /** `false` trades safety against a crash of the machine for speed; for tests. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres extends Closable {
  /** `postgres://…/postgres` on 127.0.0.1. */
  readonly url: string;
}

/**
 * The real PostgreSQL from npm, started in `directory` or found running there; any number of processes may open it at the
 * same moment. The server outlives a killed process and is found again; the last user who closes stops it.
 */
export async function openEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const place = places(options.directory);
  const user = (await findRunning(place)) ?? (await startServer(place, options));
  let closing: Promise<void> | undefined;
  return { url: user.url, close: () => (closing ??= leave(place, user)) };
}

interface Places {
  readonly root: string;
  readonly data: string;
  readonly saved: string;
  readonly log: string;
}

function places(directory: string): Places {
  const root = resolve(directory);
  return { root, data: join(root, 'data'), saved: join(root, 'server.json'), log: join(root, 'server.log') };
}

/** A connection that stays open as long as its owner uses the server: others see by it that the server is in use. */
interface Presence {
  readonly url: string;
  readonly client: pg.Client;
}

async function startServer(place: Places, options: EmbeddedOptions): Promise<Presence> {
  const binaries = await loadBinaries();
  const user = openServerUser();
  if (!existsSync(join(place.data, 'PG_VERSION'))) await initialise(place, binaries, user);
  const flags = serverFlags(await freePort(), options);
  const start = ['start', '-w', '-D', place.data, '-l', place.log, '-o', flags];
  const failure = await user.run(binaries.pgCtl, start, place.log).catch((error: unknown) => error);
  // PostgreSQL lets one server have a folder. Where ours was not the first, the other one is about to answer.
  for (let tries = 0; tries < START_TRIES; tries += 1) {
    const found = await findRunning(place);
    if (found !== undefined) return found;
    if (failure !== undefined && runningPort(place) === undefined) break;
    await rest(START_PAUSE, new AbortController().signal);
  }
  throw failure instanceof Error ? failure : neverAnswered(place);
}

const [START_TRIES, START_PAUSE] = [100, seconds(0.1)];

function neverAnswered({ log }: Places): ConfigFailure {
  return new ConfigFailure(
    'E_POSTGRES_SILENT',
    `The built-in PostgreSQL was started and does not answer. See ${log}, or set DATABASE_URL.`,
  );
}

function serverFlags(port: number, options: EmbeddedOptions): string {
  const flags: Readonly<Record<string, string>> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '300',
    wal_level: 'minimal',
    max_wal_senders: '0',
    ...(options.durable === false ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  return [`-p ${port}`, ...Object.entries(flags).map(([name, value]) => `-c ${name}='${value}'`)].join(' ');
}

// Made beside its place and moved there whole: of two processes that do this at once, one finds the place taken.
async function initialise(place: Places, binaries: PostgresBinaries, user: ServerUser): Promise<void> {
  mkdirSync(place.root, { recursive: true });
  const own = `${place.data}-${randomBytes(6).toString('hex')}`;
  mkdirSync(own, { mode: 0o700 });
  const passwordFile = `${own}-password`;
  writeFileSync(passwordFile, ensurePassword(place), { mode: 0o600 });
  writeFileSync(place.log, '', { flag: 'a' });
  for (const path of [own, place.log, passwordFile]) user.own(path);
  const parameters = ['-D', own, '-U', 'postgres', `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', '-E', 'UTF8'];
  try {
    await user.run(binaries.initdb, [...parameters, '--locale=C', '--no-sync'], place.log);
    moveUnlessTaken(own, place.data);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(own, { recursive: true, force: true });
  }
}

function moveUnlessTaken(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(join(to, 'PG_VERSION'))) throw error;
  }
}

/** The first password that anybody chose for this place; a link appears whole or not at all. */
function ensurePassword(place: Places): string {
  const draft = `${place.saved}-${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, JSON.stringify({ password: randomBytes(24).toString('hex') }), { mode: 0o600 });
  try {
    linkSync(draft, place.saved);
  } catch (error) {
    if (!existsSync(place.saved)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readPassword(place);
}

/** A connection to the server that runs in this place, or undefined where none answers. */
async function findRunning(place: Places): Promise<Presence | undefined> {
  const port = runningPort(place);
  if (port === undefined || !existsSync(place.saved)) return undefined;
  const url = `postgres://postgres:${readPassword(place)}@127.0.0.1:${port}/postgres`;
  const client = await connected(url);
  return client === undefined ? undefined : { url, client };
}

function runningPort(place: Places): string | undefined {
  try {
    return readFileSync(join(place.data, 'postmaster.pid'), 'utf8').split('\n')[3];
  } catch {
    return undefined;
  }
}

async function connected(url: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return client;
  } catch {
    await client.end().catch(() => {});
    return undefined;
  }
}

async function leave(place: Places, { url, client }: Presence): Promise<void> {
  await client.end().catch(() => {});
  const asking = await connected(url);
  if (asking === undefined) return;
  const isLast = await isUnused(asking).catch(() => false);
  await asking.end().catch(() => {});
  if (!isLast) return;
  const binaries = await loadBinaries();
  await openServerUser().run(binaries.pgCtl, ['stop', '-w', '-m', 'fast', '-D', place.data], place.log);
}

/** A connection that was closed a moment ago is still listed for an instant, so the question is asked several times. */
async function isUnused(client: pg.Client): Promise<boolean> {
  await client.query(`select pg_advisory_lock(${LEAVING})`);
  for (let tries = 0; tries < LEAVE_TRIES; tries += 1) {
    const others = await client.query(OTHERS);
    if (others.rowCount === 0) return true;
    await rest(LEAVE_PAUSE, new AbortController().signal);
  }
  return false;
}

const [LEAVE_TRIES, LEAVE_PAUSE] = [20, seconds(0.05)];

/** Whoever leaves asks alone; who waits for this lock is leaving too and does not count. */
const LEAVING = 7_140_002;
const OTHERS = `
select 1 from pg_stat_activity
where backend_type = 'client backend' and pid <> pg_backend_pid() and wait_event is distinct from 'advisory'
limit 1`;

const Saved = z.object({ password: z.string() });

function readPassword(place: Places): string {
  return Saved.parse(JSON.parse(readFileSync(place.saved, 'utf8'))).password;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
