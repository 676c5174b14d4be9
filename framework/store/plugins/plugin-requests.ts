import { z } from 'zod';

import type { RunId } from '../../core/ids.ts';
import type { Executor } from '../database.ts';
import { RunIdColumn } from '../runs/run-rows.ts';

/** A run that a plugin asks for, under a key that never makes a second one. */
export interface PluginRequest {
  readonly plugin: string;
  readonly key: string;
}

/** The run that the key has made before. Until the end of the transaction nobody else can use the key. */
export async function findRequested(transaction: Executor, { plugin, key }: PluginRequest): Promise<RunId | undefined> {
  await transaction.run(LOCK, [plugin, key]);
  const [row] = await transaction.run(FIND, [plugin, key]);
  return row === undefined ? undefined : Requested.parse(row).runId;
}

export async function noteRequested(transaction: Executor, { plugin, key }: PluginRequest, run: RunId): Promise<void> {
  await transaction.run(NOTE, [plugin, key, run]);
}

// There is no row to lock before the first request. A clash of hashes makes two requests follow each other, no more.
const LOCK = {
  name: 'lock_plugin_request',
  text: `select pg_advisory_xact_lock(hashtextextended($1 || chr(31) || $2, 20260120))`,
};

const FIND = {
  name: 'find_plugin_request',
  text: 'select run_id as "runId" from plugin_request where plugin = $1 and key = $2',
};

const NOTE = {
  name: 'note_plugin_request',
  text: 'insert into plugin_request (plugin, key, run_id) values ($1, $2, $3)',
};

const Requested = z.object({ runId: RunIdColumn });
