import type { Plugin } from '../../plugin/plugin.ts';
import type { Database } from '../database.ts';
import { migrate, readMigrations } from '../migrate.ts';
import { pluginSchema } from './plugin-database.ts';

/**
 * Brings the tables of every plugin to its newest version and makes the database know it. A new plugin hears of what happens
 * from now on.
 * @throws ConfigFailure `E_DATABASE_NEWER` when the tables of a plugin were made by a newer version of it
 */
export async function registerPlugins(database: Database, plugins: readonly Plugin[]): Promise<void> {
  for (const { name, version, migrations } of plugins) {
    if (migrations !== undefined) {
      const owner = { name: `plugin ${name}`, schema: pluginSchema(name) };
      await migrate(database, readMigrations(migrations), owner);
    }
    await database.run(REGISTER, [name, version]);
  }
}

const REGISTER = {
  name: 'register_plugin',
  text: `
insert into plugin (name, version, event_position, attempt_position)
values ($1, $2, (select coalesce(max(id), 0) from event), (select coalesce(max(id), 0) from task_attempt))
on conflict (name) do update set version = excluded.version where plugin.version <> excluded.version`,
};
