import { z } from 'zod';

/** RFC 9457, with a code for programs. */
export const ProblemShape = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string(),
    code: z.string(),
    /** Of a request that cannot be read: what is wrong where; `at` counts the characters before the place. */
    problems: z.array(z.object({ path: z.string(), message: z.string(), at: z.number().optional() })).optional(),
  })
  .meta({ id: 'Problem' });

export type ProblemJson = z.input<typeof ProblemShape>;
