import type { Request } from 'express';
import { z } from 'zod';

import type { Windrow } from '#framework/operate';

import type { FormToken } from '../guard/form-token.ts';
import { Refusal } from '../refusal.ts';

/** What every route works with. */
export interface Desk {
  readonly windrow: Windrow;
  readonly token: FormToken;
}

/** Who did it, for the history: people do not log in here. */
export const DASHBOARD = 'dashboard';

const Id = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number),
});

/** The number in `/records/42`. */
export function idOf(request: Request, what: string): number {
  const params = Id.safeParse(request.params);
  if (params.success) return params.data.id;
  throw notFound(what, String(request.params['id']));
}

export function notFound(what: string, id: number | string): Refusal {
  return new Refusal(404, `There is no ${what} ${id}.`);
}
