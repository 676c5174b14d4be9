import type { Request } from 'express';
import { z } from 'zod';

import { Secret } from '#framework';
import type { OpenedSession } from '#framework/operate';

import { text } from '../api/shapes/text.ts';
import type { Door } from './door.ts';

/** What somebody types to come in. */
export const Credentials = z.object({
  name: text(256).transform((typed) => typed.trim()),
  password: z.string().max(4096),
});

export type LoginAnswer =
  | { readonly kind: 'opened'; readonly session: OpenedSession }
  | {
      readonly kind: 'refused';
      readonly code: 'E_LOGIN_WRONG' | 'E_TOO_MANY_TRIES';
      readonly detail: string;
      readonly retryAfter?: number;
    };

/** Opens a session for whoever has the password, and says the same to everybody who has not. */
export async function logIn(
  { sessions, clock }: Door,
  request: Request,
  { name, password }: z.output<typeof Credentials>,
): Promise<LoginAnswer> {
  const login = { name, password: new Secret(password), address: request.ip ?? 'unknown' };
  const answer = await sessions.logIn(login);
  switch (answer.kind) {
    case 'opened':
      return answer;
    case 'wrong':
      return { kind: 'refused', code: 'E_LOGIN_WRONG', detail: 'Name or password is wrong.' };
    case 'too_early': {
      const wait = Math.ceil((answer.until.epochMilliseconds - clock.now().epochMilliseconds) / 1000);
      return { kind: 'refused', code: 'E_TOO_MANY_TRIES', detail: tooMany(wait), retryAfter: wait };
    }
  }
}

export function tooMany(seconds: number): string {
  return `There were too many tries. Try again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`;
}
