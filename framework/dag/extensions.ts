import type { Json } from '../core/json.ts';
import type { ExtendingPlugin } from '../plugin/plugin.ts';

/** What plugins add to the context of a task. */
export interface Extensions {
  /**
   * What the plugin makes for this try, at the first call. The project must have a plugin of that name: one that is built from what
   * the project defines may have a value apart for task code, with the same name.
   * @throws DefinitionFailure `E_PLUGIN_NOT_INSTALLED`, or whatever the plugin throws
   */
  readonly get: <Context>(plugin: ExtendingPlugin<Context>) => Context;
}

/** Facts that a plugin noted about a try. */
export interface Note {
  readonly plugin: string;
  readonly facts: Json;
}
