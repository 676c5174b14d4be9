import { z } from 'zod';

import { AnyJson } from './scalars.ts';

const Cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const SchemaColumn = z.object({ name: z.string(), type: z.string(), nullable: z.boolean().optional() });

/** Facts about an asset by name; `duration` is in milliseconds. */
export const Metadata = z.record(
  z.string(),
  z
    .discriminatedUnion('type', [
      z.object({ type: z.enum(['int', 'float', 'bytes', 'duration']), value: z.number() }),
      z.object({ type: z.enum(['text', 'markdown', 'path', 'url', 'timestamp']), value: z.string() }),
      z.object({ type: z.literal('json'), value: AnyJson }),
      z.object({ type: z.literal('table'), value: z.array(z.record(z.string(), Cell)) }),
      z.object({ type: z.literal('schema'), value: z.array(SchemaColumn) }),
    ])
    .meta({ id: 'MetadataEntry' }),
);

export type MetadataJson = z.input<typeof Metadata>;
