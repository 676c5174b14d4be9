import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Closable, type Clock, systemClock } from '#framework';
import { Pool } from 'pg';

import { listen } from '../aws/http-server.ts';
import type { SigningScope } from '../aws/signature.ts';
import type { AwsStandIn } from '../aws/stand-in.ts';
import { installDatabase } from './catalog/install.ts';
import { openParquetReader } from './copy/parquet-reader.ts';
import { openS3Reader } from './copy/s3-reader.ts';
import { Faults } from './faults.ts';
import { handle } from './handle.ts';
import { type Limits, USUAL_LIMITS } from './limits.ts';
import { LongNames } from './long-names.ts';
import { type DataApi, type Names, stopAll } from './operations.ts';
import { Sessions } from './session.ts';
import { StatementStore } from './statement-store.ts';

export interface RedshiftOptions {
  /** A PostgreSQL server; the stand-in makes a database of its own there, named `database`. */
  readonly databaseUrl: string;
  /** Where COPY reads. */
  readonly s3: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** Whose signature is accepted; by default the keys and the region of `s3`. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly region?: string;
  readonly workgroup?: string;
  readonly cluster?: string;
  readonly database?: string;
  /** 0 or left out for any free one. */
  readonly port?: number;
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
}

export interface RedshiftSandbox extends AwsStandIn, Names {
  readonly faults: Faults;
  /** The PostgreSQL database behind it, to look at tables past the Data API. */
  readonly databaseUrl: string;
  /** What callers have asked of it so far. */
  readonly usage: () => Usage;
}

export interface Usage {
  /** Round trips, those that only look or read a result included. */
  readonly calls: number;
  /** SQL statements; a batch has several. */
  readonly statements: number;
}

/** A Redshift Data API on 127.0.0.1 that runs statements on PostgreSQL and refuses what Redshift refuses. */
export async function startRedshift(options: RedshiftOptions): Promise<RedshiftSandbox> {
  const clock = options.clock ?? systemClock;
  const limits = { ...USUAL_LIMITS, ...options.limits };
  const names: Names = {
    database: options.database ?? 'dev',
    workgroup: options.workgroup ?? 'windrow',
    cluster: options.cluster ?? 'windrow',
  };
  const databaseUrl = await installDatabase(options.databaseUrl, names.database);
  const machine = await openMachine(options, { databaseUrl, limits, clock });
  const statements = new StatementStore(limits, clock);
  const api: DataApi = { machine, statements, names };
  const scope = scopeOf(options);
  const door = { api, clock, scope };
  let calls = 0;
  const listener: RequestListener = (request, response) => {
    calls += 1;
    void handle(request, response, door);
  };
  const server = await listen(listener, options.port ?? 0);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await server.close();
    await stopAll(api);
    await machine.close();
  };
  const { accessKeyId, secretAccessKey, region } = scope;
  const where = { endpoint: server.endpoint, accessKeyId, secretAccessKey, region, ...names };
  const usage = (): Usage => ({ calls, statements: statements.submitted });
  return { ...where, faults: machine.faults, databaseUrl, usage, close: () => (closing ??= close()) };
}

interface Ground {
  readonly databaseUrl: string;
  readonly limits: Limits;
  readonly clock: Clock;
}

type OpenMachine = DataApi['machine'] & Closable;

async function openMachine(options: RedshiftOptions, { databaseUrl, limits, clock }: Ground): Promise<OpenMachine> {
  const pool = new Pool({ connectionString: databaseUrl, max: limits.connections });
  // A connection that ends while it is idle is replaced by the next statement.
  pool.on('error', () => undefined);
  const names = new LongNames(pool);
  await names.load();
  const sessions = new Sessions(databaseUrl, limits, clock);
  const s3 = openS3Reader(options.s3, systemClock);
  const directory = await mkdtemp(join(tmpdir(), 'windrow-redshift-'));
  const parquet = await openParquetReader();
  const close = async (): Promise<void> => {
    await sessions.closeAll();
    await pool.end();
    s3.close();
    parquet.close();
    await rm(directory, { recursive: true, force: true });
  };
  return {
    pool,
    sessions,
    faults: new Faults(),
    limits,
    names,
    copy: { s3, pool, parquet, directory, smallParquetBytes: limits.smallParquetBytes, clock },
    close,
  };
}

function scopeOf({ s3, accessKeyId, secretAccessKey, region }: RedshiftOptions): SigningScope {
  return {
    accessKeyId: accessKeyId ?? s3.accessKeyId,
    secretAccessKey: secretAccessKey ?? s3.secretAccessKey,
    region: region ?? s3.region,
    service: 'redshift-data',
    keys: new Map(),
  };
}
