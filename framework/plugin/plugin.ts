import type { Command } from 'commander';

import type { Clock } from '../core/clock.ts';
import { DefinitionFailure } from '../core/failures.ts';
import type { Log } from '../core/log.ts';
import type { PluginEvent } from './plugin-event.ts';

/** Something that is added to a project without changing Windrow. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly hooks?: Hooks;
  /** The folder of its migrations `0001-name.sql`; they run in its own schema, `plugin_<name>`. */
  readonly migrations?: URL;
  /** Adds verbs to the command line. They print by themselves. */
  readonly verbs?: (program: Command, open: OpenTools) => void;
}

/** Functions that hear of what has happened. Each may hear of the same event again after a process died. */
export type Hooks = {
  readonly [Kind in PluginEvent['kind']]?: (
    event: Extract<PluginEvent, { readonly kind: Kind }>,
    tools: HookTools,
  ) => Promise<void>;
};

export interface PluginTools {
  readonly database: PluginDatabase;
  readonly log: Log;
  readonly clock: Clock;
}

export interface HookTools extends PluginTools {
  /** Aborts when the hook has taken too long; nobody waits for it any more. */
  readonly signal: AbortSignal;
}

export interface PluginDatabase {
  /** Runs one statement in a transaction of its own. Names without a schema are the plugin's own tables. */
  readonly run: (text: string, values?: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Gives the tools to `work` and closes the database afterwards. */
export type OpenTools = <T>(work: (tools: PluginTools) => Promise<T>) => Promise<T>;

/** `plugin_` before it must still be an identifier of PostgreSQL. */
const NAME = /^[a-z][a-z0-9_]{0,40}$/;

/** @throws DefinitionFailure `E_PLUGIN_NAME` */
export function definePlugin(plugin: Plugin): Plugin {
  if (NAME.test(plugin.name)) return plugin;
  throw new DefinitionFailure(
    'E_PLUGIN_NAME',
    `The plugin name "${plugin.name}" cannot be used: expected lower-case letters, digits and "_", starting with a letter, at most 41 characters.`,
  );
}

/** Hands an event to the hook for it, if there is one. */
export async function callHook(hooks: Hooks, event: PluginEvent, tools: HookTools): Promise<void> {
  switch (event.kind) {
    case 'runStarted':
      return hooks.runStarted?.(event, tools);
    case 'runFinished':
      return hooks.runFinished?.(event, tools);
    case 'taskFinished':
      return hooks.taskFinished?.(event, tools);
    case 'taskRetried':
      return hooks.taskRetried?.(event, tools);
    case 'taskSkipped':
      return hooks.taskSkipped?.(event, tools);
  }
}
