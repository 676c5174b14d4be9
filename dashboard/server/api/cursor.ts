import { z } from 'zod';

import type { Json } from '#framework';

/** How many items of a list one answer brings. */
export function limitOf(usual: number, most: number): z.ZodDefault<z.ZodCoercedNumber> {
  return z.coerce.number().int().min(1).max(most).default(usual);
}

/** The `next` of the page before; what is in it is nobody's business but the list's. */
export function cursorOf<Position extends z.ZodType>(position: Position) {
  return z
    .string()
    .max(1000)
    .transform((text, context): z.output<Position> => {
      const read = position.safeParse(decoded(text));
      if (read.success) return read.data;
      context.addIssue({ code: 'custom', message: 'expected the `next` of an earlier answer' });
      return z.NEVER;
    })
    .optional();
}

/** A list by ids, newest first: the id behind which the page begins. */
export const IdCursor = cursorOf(z.number().int().positive());

/** Asks one row more than it shows, to know whether there is another page. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  position: (last: Row) => Json,
): { readonly items: readonly Row[]; readonly next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? encodedCursor(position(last)) : null };
}

/** What `cursorOf` reads. */
export function encodedCursor(position: Json): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
