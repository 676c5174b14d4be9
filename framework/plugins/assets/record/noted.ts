import { z } from 'zod';

import { Metadata } from '../metadata.ts';

const Key = z.string();
/** Absent: the partition follows from the window of the run. Null: the asset is one whole. */
const PartitionKey = z.string().nullable().exactOptional();

/** What task code keeps with the end of its try; nothing of it counts before. */
export const Noted = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('began'), asset: Key, partition: PartitionKey }),
  z.object({
    kind: z.enum(['materialization', 'observation']),
    asset: Key,
    partition: PartitionKey,
    metadata: Metadata,
    dataVersion: z.string().max(200).exactOptional(),
    codeVersion: z.string().max(200).exactOptional(),
  }),
  z.object({
    kind: z.literal('check'),
    asset: Key,
    partition: PartitionKey,
    check: z.string(),
    passed: z.boolean(),
    severity: z.enum(['warn', 'error']),
    blocking: z.boolean(),
    description: z.string().exactOptional(),
    metadata: Metadata,
  }),
]);
export type Noted = z.infer<typeof Noted>;
export type NotedFacts = Extract<Noted, { readonly kind: 'materialization' | 'observation' }>;
