import { DefinitionFailure } from '#framework';
import { z } from 'zod';

/** What a fact about an asset may be. Numbers are plotted over partitions. */
export const METADATA_TYPES = [
  'int',
  'float',
  'bytes',
  'duration',
  'text',
  'json',
  'markdown',
  'path',
  'url',
  'timestamp',
  'table',
  'schema',
] as const;

/** The types whose values are numbers: `duration` in milliseconds, `bytes` in bytes. */
export const NUMERIC_TYPES = ['int', 'float', 'bytes', 'duration'] as const;

const Cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Count = z.number().int().nonnegative();
const SchemaColumn = z.strictObject({ name: z.string(), type: z.string(), nullable: z.boolean().exactOptional() });

export const MetadataEntry = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('int'), value: z.number().int() }),
  z.strictObject({ type: z.literal('float'), value: z.number() }),
  z.strictObject({ type: z.literal('bytes'), value: Count }),
  z.strictObject({ type: z.literal('duration'), value: z.number().nonnegative() }),
  z.strictObject({ type: z.literal('text'), value: z.string() }),
  z.strictObject({ type: z.literal('json'), value: z.json() }),
  z.strictObject({ type: z.literal('markdown'), value: z.string() }),
  z.strictObject({ type: z.literal('path'), value: z.string().min(1) }),
  z.strictObject({ type: z.literal('url'), value: z.url({ protocol: /^https?$/ }) }),
  z.strictObject({ type: z.literal('timestamp'), value: z.iso.datetime({ offset: true }) }),
  z.strictObject({ type: z.literal('table'), value: z.array(z.record(z.string(), Cell)).max(1000).readonly() }),
  z.strictObject({ type: z.literal('schema'), value: z.array(SchemaColumn).readonly() }),
]);
export type MetadataEntry = z.infer<typeof MetadataEntry>;

/** Facts by name, in their stored form. */
export const Metadata = z.record(z.string().min(1).max(100), MetadataEntry);
export type Metadata = Readonly<z.infer<typeof Metadata>>;

/** What authors write: an entry, or a number or text that stands for `int`, `float` or `text`. */
export type GivenMetadata = Readonly<Record<string, MetadataEntry | number | string>>;

/** @throws DefinitionFailure `E_ASSET_METADATA` naming each wrong entry */
export function readMetadata(of: string, given: GivenMetadata): Metadata {
  const entries = Object.entries(given).map(([name, value]) => [name, entryOf(value)] as const);
  const parsed = Metadata.safeParse(Object.fromEntries(entries));
  if (parsed.success) return parsed.data;
  throw new DefinitionFailure(
    'E_ASSET_METADATA',
    `${of}: cannot keep its metadata: ${z.prettifyError(parsed.error)}. Expected for each name a number, a text, or { type, value } ` +
      `with a type of ${METADATA_TYPES.join(', ')}.`,
    { cause: parsed.error },
  );
}

function entryOf(value: MetadataEntry | number | string): MetadataEntry {
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'int' : 'float', value };
  return typeof value === 'string' ? { type: 'text', value } : value;
}
