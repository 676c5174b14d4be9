import { z } from 'zod';

import { Facts } from './scalars.ts';

/** Why something is as it is; the nearest reason first. */
export const Explanation = z
  .object({
    state: z.string(),
    /** Codes are stable; the text is for people. */
    reasons: z.array(z.object({ code: z.string(), text: z.string(), facts: Facts })),
  })
  .meta({ id: 'Explanation' });

export type ExplanationJson = z.input<typeof Explanation>;
