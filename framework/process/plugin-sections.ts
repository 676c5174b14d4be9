import { z } from 'zod';

import { type Millis, seconds } from '../core/duration.ts';
import { Temporal } from '../core/time.ts';
import type { Plugin } from '../plugin/plugin.ts';
import type { Section } from '../plugin/section.ts';
import { pluginDatabase } from '../store/plugins/plugin-database.ts';
import { limited } from './limited.ts';
import type { Windrow } from './windrow.ts';

/** Shown as text; a moment in UTC, nothing as a dash. */
export type Cell = string | number | boolean | Temporal.Instant | null;

/** A part of a section, ready to be shown. */
export type ShownPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: Cell])[] }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly Cell[])[] };

/** A section of a plugin with what it shows at this moment, or why that could not be had. */
export type LoadedSection = {
  readonly plugin: string;
  readonly id: string;
  readonly title: string;
} & (
  | { readonly kind: 'loaded'; readonly parts: readonly ShownPart[] }
  | { readonly kind: 'failed'; readonly error: string }
);

const MOST: Millis = seconds(5);

/**
 * The sections of the project's plugins, in the order of the project, side by side: one that fails, or takes longer than `most`,
 * harms no other.
 */
export async function loadSections(
  windrow: Pick<Windrow, 'plugins' | 'store' | 'clock' | 'log'>,
  most: Millis = MOST,
): Promise<readonly LoadedSection[]> {
  const wanted = windrow.plugins.flatMap((plugin) =>
    (plugin.sections ?? []).map((section) => loadSection(windrow, { plugin, section, most })),
  );
  return Promise.all(wanted);
}

interface Wanted {
  readonly plugin: Plugin;
  readonly section: Section;
  readonly most: Millis;
}

async function loadSection(
  { store, clock, log }: Pick<Windrow, 'store' | 'clock' | 'log'>,
  { plugin, section, most }: Wanted,
): Promise<LoadedSection> {
  const known = { plugin: plugin.name, id: section.id, title: section.title };
  const own = { plugin: plugin.name, section: section.id };
  const tools = { database: pluginDatabase(store.database, plugin.name), log: log.child(own), clock };
  try {
    const loaded = await limited({ what: 'The section', most }, (signal) => section.load({ ...tools, signal }));
    const parts = Parts.safeParse(loaded);
    if (parts.success) return { ...known, kind: 'loaded', parts: parts.data };
    return { ...known, kind: 'failed', error: `The section cannot be shown: ${z.prettifyError(parts.error)}` };
  } catch (error) {
    log.warn('A section of a plugin could not be loaded', { ...own, error: String(error) });
    return { ...known, kind: 'failed', error: error instanceof Error ? error.message : String(error) };
  }
}

/** What a page can still be scrolled through. */
const MOST_ROWS = 1000;

// Absent is nothing; what is no plain value, such as a list or an object, is refused.
const CellSchema = z
  .union([z.string(), z.number(), z.boolean(), z.null(), z.undefined(), z.instanceof(Temporal.Instant)])
  .transform((value): Cell => value ?? null);

const Row = z.record(z.string(), CellSchema);

const Parts = z
  .array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('text'), text: z.string() }),
      z.object({ kind: z.literal('facts'), facts: Row.transform((facts) => Object.entries(facts)) }),
      z
        .object({
          kind: z.literal('table'),
          rows: z.array(Row).max(MOST_ROWS),
          columns: z.array(z.string()).optional(),
        })
        .transform(({ kind, rows, columns = Object.keys(rows[0] ?? {}) }) => ({
          kind,
          columns,
          rows: rows.map((row) => columns.map((column) => row[column] ?? null)),
        })),
    ]),
  )
  .max(100);
