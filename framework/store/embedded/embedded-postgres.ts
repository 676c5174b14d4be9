import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

import pg from 'pg';
import { z } from 'zod';

import type { Closable } from '../../core/closable.ts';
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

const Saved = z.object({ port: z.number(), password: z.string() });
type Saved = z.infer<typeof Saved>;

/**
 * The real PostgreSQL from npm, started in `directory` or found running there. The server outlives a killed process and
 * is found again; `close` stops it only when nobody else is connected.
 */
export async function openEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const place = places(options.directory);
  const found = await findRunning(place);
  const saved = found ?? (await startServer(place, options));
  const url = serverUrl(saved);
  let closing: Promise<void> | undefined;
  return { url, close: () => (closing ??= stopWhenUnused(place, url)) };
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

async function startServer(place: Places, options: EmbeddedOptions): Promise<Saved> {
  const binaries = await loadBinaries();
  const user = openServerUser();
  if (!existsSync(join(place.data, 'PG_VERSION'))) await initialise(place, binaries, user);
  const { password } = readSaved(place);
  const saved = { port: await freePort(), password };
  writeSaved(place, saved);
  await user
    .run(
      binaries.pgCtl,
      ['start', '-w', '-D', place.data, '-l', place.log, '-o', serverFlags(saved.port, options)],
      place.log,
    )
    .catch(async (failure: unknown) => {
      // Another process may have started the server a moment ago.
      if ((await findRunning(place)) === undefined) throw failure;
    });
  return (await findRunning(place)) ?? saved;
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

async function initialise(place: Places, binaries: PostgresBinaries, user: ServerUser): Promise<void> {
  rmSync(place.data, { recursive: true, force: true });
  mkdirSync(place.data, { recursive: true, mode: 0o700 });
  writeFileSync(place.log, '');
  const password = randomBytes(24).toString('hex');
  const passwordFile = join(place.root, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const path of [place.data, place.log, passwordFile]) user.own(path);
  const parameters = [
    '-D',
    place.data,
    '-U',
    'postgres',
    `--pwfile=${passwordFile}`,
    '-A',
    'scram-sha-256',
    '-E',
    'UTF8',
  ];
  try {
    await user.run(binaries.initdb, [...parameters, '--locale=C', '--no-sync'], place.log);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeSaved(place, { port: 0, password });
}

/** The saved settings of a server that answers with them, or undefined. */
async function findRunning(place: Places): Promise<Saved | undefined> {
  if (!existsSync(place.saved) || !existsSync(join(place.data, 'postmaster.pid'))) return undefined;
  const [, , , port] = readFileSync(join(place.data, 'postmaster.pid'), 'utf8').split('\n');
  const saved = { port: Number(port), password: readSaved(place).password };
  return (await answers(serverUrl(saved))) ? saved : undefined;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function stopWhenUnused(place: Places, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    const others = await client.query(
      `select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`,
    );
    if (others.rowCount !== 0) return;
  } catch {
    return;
  } finally {
    await client.end().catch(() => {});
  }
  const binaries = await loadBinaries();
  await openServerUser().run(binaries.pgCtl, ['stop', '-w', '-m', 'fast', '-D', place.data], place.log);
}

function readSaved(place: Places): Saved {
  return Saved.parse(JSON.parse(readFileSync(place.saved, 'utf8')));
}

function writeSaved(place: Places, saved: Saved): void {
  writeFileSync(place.saved, JSON.stringify(saved), { mode: 0o600 });
}

function serverUrl(saved: Saved): string {
  return `postgres://postgres:${saved.password}@127.0.0.1:${saved.port}/postgres`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
