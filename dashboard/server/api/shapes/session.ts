import { z } from 'zod';

import { ROLES } from '#framework/operate';

import { Instant } from './scalars.ts';

/** Who asks. */
export const Session = z
  .object({
    actor: z.string(),
    role: z.enum(ROLES),
    /** `local`: anybody at this machine, where nobody has to log in. */
    via: z.enum(['session', 'token', 'local']),
  })
  .meta({ id: 'Session' });

export const Login = z.object({ name: z.string().max(256), password: z.string().max(4096) });
export const LoggedIn = z.object({ expiresAt: Instant });

export type SessionJson = z.input<typeof Session>;
