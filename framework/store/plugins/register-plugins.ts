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
  for (const { name, version, migrations, hooks = {} } of plugins) {
    if (migrations !== undefined) {
      const owner = { name: `plugin ${name}`, schema: pluginSchema(name) };
      await migrate(database, readMigrations(migrations), owner);
    }
    await database.run(REGISTER, [name, version, Object.keys(hooks)]);
  }
}

/** Says that a process with the plugin is there: what it has not heard is kept for it. */
export async function seePlugin(database: Database, plugin: string): Promise<void> {
  await database.run(SEE, [plugin]);
}

const REGISTER = {
  name: 'register_plugin',
  text: `
insert into plugin (name, version, listens, position)
values ($1, $2, $3, (select case when is_called then last_value else last_value - 1 end from event_row))
on conflict (name) do update set version = excluded.version, listens = excluded.listens, seen_at = now()`,
};

const SEE = { name: 'see_plugin', text: 'update plugin set seen_at = now() where name = $1' };
