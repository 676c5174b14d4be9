import { z } from 'zod';

import { type FailureRecord, Temporal } from '#framework';
import { isStorableMoment } from '#framework/operate';

const InstantValue = z
  .instanceof(Temporal.Instant)
  .meta({ override: { type: 'string', format: 'date-time', description: 'A moment in UTC' } });

/** A moment: ISO 8601 in UTC in JSON, a `Temporal.Instant` here. */
export const Instant = z.codec(z.iso.datetime(), InstantValue, {
  decode: (text, context) => {
    const moment = momentOf(text);
    if (moment !== undefined && isStorableMoment(moment)) return moment;
    const expected = moment === undefined ? 'such as 2026-01-20T13:30:00Z' : 'from 0001-01-01 on and before 9999-12-31';
    context.issues.push({ code: 'custom', input: text, message: `expected a moment ${expected}` });
    return z.NEVER;
  },
  encode: (instant) => instant.toString(),
});

function momentOf(text: string): Temporal.Instant | undefined {
  try {
    return Temporal.Instant.from(text);
  } catch {
    return undefined;
  }
}

export const Window = z.object({ start: Instant, end: Instant, zone: z.string() });

/** Anything that JSON can say. */
export const AnyJson = z.json().meta({ id: 'Json' });

export const Facts = z.record(z.string(), AnyJson);

/** Why something failed; `code` is stable, and `causes` are texts. */
export const Failure = z
  .object({
    kind: z.string(),
    code: z.string(),
    message: z.string(),
    reaction: z.enum(['retry', 'fail']),
    details: Facts,
    causes: z.array(z.string()),
  })
  .meta({ id: 'Failure' }) satisfies z.ZodType<Omit<FailureRecord, 'stack'>>;

/** One page of a list. `next` asks for the page behind it; null on the last one. */
export function page<Item extends z.ZodType>(item: Item): PageOf<Item> {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

type PageOf<Item extends z.ZodType> = z.ZodObject<{ items: z.ZodArray<Item>; next: z.ZodNullable<z.ZodString> }>;

export type WindowJson = z.input<typeof Window>;
export type FailureJson = z.input<typeof Failure>;
