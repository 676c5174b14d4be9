import { z } from 'zod';

import type { Json } from '#framework';

/** Text that PostgreSQL can keep. */
export function text(most: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(most)
    .refine(isStorable, 'expected text without U+0000 and without halves of characters');
}

function isStorable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

/** JSON that PostgreSQL can keep. */
export const StoredJson = z
  .json()
  .refine(isStorableJson, 'expected text without U+0000 and without halves of characters')
  .meta({ id: 'StoredJson' });

export const RunParams = z.record(text(200), StoredJson);

function isStorableJson(value: Json): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorableJson(inner));
}

/** Of a write that can also only say what it would do. */
export const DryRun = z.boolean().default(false);
