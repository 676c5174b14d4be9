import type { PluginDatabase } from '../../plugin/plugin.ts';
import type { Database } from '../database.ts';

export function pluginSchema(plugin: string): string {
  return `plugin_${plugin}`;
}

/**
 * The database as a plugin sees it: one statement at a time, its own tables first, and none that runs for ever. The
 * engine's planner settings are for statements by key; a plugin may aggregate.
 */
export function pluginDatabase(database: Database, plugin: string): PluginDatabase {
  return {
    run: (text, values = []) =>
      database.transaction(async (transaction) => {
        await transaction.run(OWN_SETTINGS, [pluginSchema(plugin)]);
        return transaction.run({ text }, values);
      }),
  };
}

const OWN_SETTINGS = {
  name: 'plugin_settings',
  text: `
select set_config('search_path', $1, true), set_config('statement_timeout', '5s', true), set_config('enable_seqscan', 'on', true),
  set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true)`,
};
