import { z } from 'zod';

/** Whether a condition holds, why, and what it consists of; kept, so that people can ask why nothing happened. */
export interface Verdict {
  readonly holds: boolean;
  readonly sentence: string;
  readonly parts: readonly Verdict[];
}

/** The stored form. */
export const Verdict: z.ZodType<Verdict> = z.strictObject({
  holds: z.boolean(),
  sentence: z.string(),
  get parts() {
    return z.array(Verdict).readonly();
  },
});

export function fact(holds: boolean, sentences: { readonly yes: string; readonly no: string }): Verdict {
  return { holds, sentence: holds ? sentences.yes : sentences.no, parts: [] };
}

/** Holds when all parts do; of what there is none of, it does. */
export function all(parts: readonly Verdict[], sentences: { readonly yes: string; readonly no: string }): Verdict {
  const holds = parts.every((part) => part.holds);
  return { holds, sentence: holds ? sentences.yes : sentences.no, parts };
}
