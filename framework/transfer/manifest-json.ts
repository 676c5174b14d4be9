import { z } from 'zod';

import { DataFailure } from '../core/failures.ts';
import { Temporal } from '../core/time.ts';
import { LOAD_MODES, STAGE_FORMATS, type StageManifest } from './stage-manifest.ts';

/** The manifest as it lies in the stage; instants as ISO 8601 in UTC. */
export function manifestToJson(manifest: StageManifest): string {
  const { window, ...rest } = manifest;
  const plain = { start: window.start.toString(), end: window.end.toString(), zone: window.zone };
  return `${JSON.stringify({ ...rest, window: plain }, undefined, 1)}\n`;
}

/**
 * @param where the address of the text, for the message
 * @throws DataFailure `E_STAGE_MANIFEST_UNREADABLE` when the text is not a manifest of version 1
 */
export function manifestFromJson(text: string, where: string): StageManifest {
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new DataFailure(
      'E_STAGE_MANIFEST_UNREADABLE',
      `The stage manifest ${where} cannot be read as version 1. Re-run the window from SOURCE_TO_STAGE to write it anew.`,
      { cause },
    );
  }
}

const Count = z.number().int().nonnegative();

const Type = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), bytes: z.number().int().positive() }),
  z.strictObject({ kind: z.literal('decimal'), precision: z.number().int().min(1).max(38), scale: Count }),
  z.strictObject({ kind: z.literal('boolean') }),
  z.strictObject({ kind: z.literal('date') }),
  z.strictObject({ kind: z.literal('timestamp') }),
]);

const ColumnJson = z.strictObject({
  name: z.string(),
  type: Type,
  label: z.string().exactOptional(),
  partOf: z.string().exactOptional(),
});
const Schema = z.strictObject({
  table: z.string(),
  label: z.string().exactOptional(),
  columns: z.array(ColumnJson),
  key: z.array(z.string()).min(1),
});
const File = z.strictObject({ key: z.string(), bytes: Count, rows: Count, sha256: z.string() });
const Rows = z.strictObject({ rows: Count, files: z.array(File) });
const Table = z.strictObject({
  extract: z.string(),
  schema: Schema,
  mode: z.enum(LOAD_MODES),
  absent: z.array(z.string()).exactOptional(),
  updates: Rows,
  deletes: Rows,
});
const Instant = z.string().transform((text) => Temporal.Instant.from(text));

const Manifest = z.strictObject({
  version: z.literal(1),
  pipelineId: z.string(),
  recordId: Count,
  window: z.strictObject({ start: Instant, end: Instant, zone: z.string() }),
  format: z.enum(STAGE_FORMATS),
  location: z.string(),
  sources: z.array(z.strictObject({ name: z.string(), bytes: Count, rows: Count, sha256: z.string() })),
  tables: z.array(Table),
  removals: z.array(z.strictObject({ extract: z.string(), table: z.string(), column: z.string().exactOptional() })),
  rows: Count,
  bytes: Count,
  quarantine: z
    .strictObject({
      rows: Count,
      tables: z.record(z.string(), Count).exactOptional(),
      command: z.string().exactOptional(),
      columns: z.array(ColumnJson),
      files: z.array(File),
    })
    .exactOptional(),
  replacedValues: Count.exactOptional(),
});
