import { DefinitionFailure } from '../core/failures.ts';
import type { Json } from '../core/json.ts';
import type { Extensions } from '../dag/extensions.ts';
import type { ExtendingPlugin, Plugin, PluginDatabase } from '../plugin/plugin.ts';
import type { PluginAttempt } from '../plugin/plugin-attempt.ts';

export interface ExtensionTools {
  readonly plugins: readonly Plugin[];
  readonly attempt: Omit<PluginAttempt, 'database' | 'note'>;
  readonly databaseOf: (plugin: string) => PluginDatabase;
  readonly note: (plugin: string, facts: Json) => void;
}

/** The extensions of one try. Each is built when the task asks for it, so that a broken one harms no other task. */
export function openExtensions({ plugins, attempt, databaseOf, note }: ExtensionTools): Extensions {
  const built = new Map<unknown, { readonly context: unknown }>();
  return {
    get: <Context>(plugin: ExtendingPlugin<Context>): Context => {
      if (!plugins.some(({ name }) => name === plugin.name)) throw notInstalled(plugin);
      const known = built.get(plugin);
      if (isOf(plugin, known)) return known.context;
      const context = plugin.context({
        ...attempt,
        log: attempt.log.child({ plugin: plugin.name }),
        database: databaseOf(plugin.name),
        note: (facts) => note(plugin.name, facts),
      });
      built.set(plugin, { context });
      return context;
    },
  };
}

// A plugin is the key of what its own `context` returned, so the type of its entry is its own.
function isOf<Context>(
  _: ExtendingPlugin<Context>,
  known: { readonly context: unknown } | undefined,
): known is { readonly context: Context } {
  return known !== undefined;
}

function notInstalled({ name }: Plugin): DefinitionFailure {
  return new DefinitionFailure(
    'E_PLUGIN_NOT_INSTALLED',
    `The task asks for the plugin "${name}", which is not in the project. Add it to \`plugins\` of defineProject, or of testRun in a test.`,
  );
}
