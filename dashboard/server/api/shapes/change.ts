import { z } from 'zod';

/** Something changed; what is not named is not concerned, or not known. `much`: anything may have changed; `plugin_heard`: what plugins keep, such as assets. */
export const Change = z
  .object({
    kind: z.string(),
    dagId: z.string().optional(),
    runId: z.number().optional(),
    recordId: z.number().optional(),
  })
  .meta({ id: 'Change' });
