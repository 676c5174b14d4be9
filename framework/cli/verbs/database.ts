import type { Command } from 'commander';

import { closeAll } from '../../core/closable.ts';
import { migrateAll, openDatabaseServer } from '../../process/windrow.ts';
import { openStore } from '../../store/store.ts';
import { listMigrations } from '../../store/views/list-migrations.ts';
import { type Answer, done } from '../answer.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { databaseStatus } from './database-status.ts';

export function addDatabase(program: Command, { act }: Shell): void {
  const database = program.command('db').description('the tables of the engine and of the queues');
  database
    .command('migrate')
    .description('bring the database to the newest version; every server does so at its start')
    .action(act(migrateDatabase));
  database
    .command('status')
    .description('sizes of the tables, and what the next clean-up of old history removes')
    .action(act(databaseStatus));
}

async function migrateDatabase(session: Session): Promise<Answer> {
  const { settings } = session;
  const server = await openDatabaseServer(settings);
  const store = openStore({ url: server.url.reveal(), log: session.quietLog(), connections: 2 });
  try {
    const before = await listMigrations(store.database);
    await migrateAll(store, settings, server.url);
    const all = await listMigrations(store.database);
    const applied = all.slice(before.length);
    const now = `The database is at version ${all.at(-1) ?? 'none'}.`;
    return done(
      { applied, version: all.at(-1) ?? null },
      applied.length === 0 ? `${now} Nothing was to be done.` : `${now} Applied: ${applied.join(', ')}.`,
    );
  } finally {
    await closeAll([server, store]);
  }
}
