import type { Command } from 'commander';

import type { Clock } from '../core/clock.ts';
import { type Millis, parseDuration, seconds } from '../core/duration.ts';
import { DefinitionFailure } from '../core/failures.ts';
import type { TaskId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { PluginAttempt } from './plugin-attempt.ts';
import type { PluginEvent, Tick } from './plugin-event.ts';
import type { PluginRuns } from './plugin-runs.ts';
import { type Section, checkSections } from './section.ts';

/** Something that is added to a project without changing Windrow. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly hooks?: Hooks;
  /** How often its hook `tick` is called, over all processes together: for example `1m`, at least `1s`; default `30s`. */
  readonly tickEvery?: string;
  /** The folder of its migrations `0001-name.sql`; they run in its own schema, `plugin_<name>`. */
  readonly migrations?: URL;
  /** What task code gets by `context.extensions.get(plugin)`, made for a try that asks for it. */
  readonly context?: (attempt: PluginAttempt) => unknown;
  /** What it shows on the dashboard, in this order. */
  readonly sections?: readonly Section[];
  /** Adds verbs to the command line. They print by themselves. */
  readonly verbs?: (program: Command, open: OpenTools) => void;
}

/** A plugin that adds something to the context of a task. */
export interface ExtendingPlugin<Context> extends Plugin {
  readonly context: (attempt: PluginAttempt) => Context;
}

/** Everything a hook may be called with. */
export type HookCall = PluginEvent | Tick;

/** Functions that hear of what has happened. Each may hear of the same event again after a process died. */
export type Hooks = {
  readonly [Kind in HookCall['kind']]?: (
    event: Extract<HookCall, { readonly kind: Kind }>,
    tools: HookTools,
  ) => Promise<void>;
};

export interface PluginTools {
  readonly database: PluginDatabase;
  readonly log: Log;
  readonly clock: Clock;
}

export interface SectionTools extends PluginTools {
  /** Aborts when it has taken too long; nobody waits for it any more. */
  readonly signal: AbortSignal;
}

export interface HookTools extends SectionTools {
  readonly runs: PluginRuns;
}

export interface PluginVerbTools extends PluginTools {
  readonly runs: PluginRuns;
}

export interface PluginDatabase {
  /** Runs one statement in a transaction of its own. Names without a schema are the plugin's own tables. */
  readonly run: (text: string, values?: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Gives the tools to `work` and closes the database afterwards. */
export type OpenTools = <T>(work: (tools: PluginVerbTools) => Promise<T>) => Promise<T>;

/** `plugin_` before it must still be an identifier of PostgreSQL. */
const NAME = /^[a-z][a-z0-9_]{0,40}$/;

const SHORTEST_TICK: Millis = seconds(1);
const USUAL_TICK: Millis = seconds(30);

/** @throws DefinitionFailure `E_PLUGIN_NAME`, `E_PLUGIN_TICK`, `E_PLUGIN_SECTION`, `E_DURATION_UNREADABLE` */
export function definePlugin<Context>(plugin: ExtendingPlugin<Context>): ExtendingPlugin<Context>;
export function definePlugin(plugin: Plugin): Plugin;
export function definePlugin(plugin: Plugin): Plugin {
  if (!NAME.test(plugin.name)) {
    throw new DefinitionFailure(
      'E_PLUGIN_NAME',
      `The plugin name "${plugin.name}" cannot be used: expected lower-case letters, digits and "_", starting with a letter, at most 41 characters.`,
    );
  }
  if (tickLength(plugin) < SHORTEST_TICK) {
    throw new DefinitionFailure(
      'E_PLUGIN_TICK',
      `The plugin "${plugin.name}" cannot tick every ${plugin.tickEvery ?? ''}. Expected an interval of 1s or more.`,
    );
  }
  checkSections(plugin.name, plugin.sections ?? []);
  return plugin;
}

export function tickLength({ tickEvery }: Pick<Plugin, 'tickEvery'>): Millis {
  return tickEvery === undefined ? USUAL_TICK : parseDuration(tickEvery);
}

/** Hands an event to the hook for it, if there is one. */
export async function callHook(hooks: Hooks, call: HookCall, tools: HookTools): Promise<void> {
  if ('taskId' in call) return callTaskHook(hooks, call, tools);
  switch (call.kind) {
    case 'runStarted':
      return hooks.runStarted?.(call, tools);
    case 'runFinished':
      return hooks.runFinished?.(call, tools);
    case 'recordStateChanged':
      return hooks.recordStateChanged?.(call, tools);
    case 'schemaDrift':
      return hooks.schemaDrift?.(call, tools);
    case 'tick':
      return hooks.tick?.(call, tools);
  }
}

type TaskCall = Extract<HookCall, { readonly taskId: TaskId }>;

async function callTaskHook(hooks: Hooks, call: TaskCall, tools: HookTools): Promise<void> {
  switch (call.kind) {
    case 'taskStarted':
      return hooks.taskStarted?.(call, tools);
    case 'taskFinished':
      return hooks.taskFinished?.(call, tools);
    case 'taskRetried':
      return hooks.taskRetried?.(call, tools);
    case 'taskSkipped':
      return hooks.taskSkipped?.(call, tools);
  }
}
