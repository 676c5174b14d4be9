import { DefinitionFailure } from '../core/failures.ts';
import type { SectionTools } from './plugin.ts';

/** A part of the dashboard's page of plugins, read anew whenever somebody looks. */
export interface Section {
  /** Stands in the address, unique in the plugin: lower-case letters, digits and `_`. */
  readonly id: string;
  readonly title: string;
  readonly load: (tools: SectionTools) => Promise<readonly SectionPart[]>;
}

/** What a section may be made of. Values are checked when they are shown: see `Cell`. */
export type SectionPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: Readonly<Record<string, unknown>> }
  /** At most 1,000 rows, as a database gives them. Without `columns`: those of the first row. */
  | {
      readonly kind: 'table';
      readonly rows: readonly Readonly<Record<string, unknown>>[];
      readonly columns?: readonly string[];
    };

const ID = /^[a-z][a-z0-9_]{0,40}$/;

/** @throws DefinitionFailure `E_PLUGIN_SECTION` */
export function checkSections(plugin: string, sections: readonly Section[]): void {
  const ids = sections.map(({ id }) => id);
  const wrong = ids.find((id, index) => !ID.test(id) || ids.indexOf(id) !== index);
  if (wrong === undefined) return;
  throw new DefinitionFailure(
    'E_PLUGIN_SECTION',
    `The plugin "${plugin}" cannot have a section "${wrong}": expected ids of lower-case letters, digits and "_", starting with ` +
      'a letter, at most 41 characters, each once.',
  );
}
