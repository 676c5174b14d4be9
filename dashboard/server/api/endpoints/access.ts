import { z } from 'zod';

import { Secret, hours } from '#framework';

import { accepted } from '../accepted.ts';
import { type Endpoint, NOTHING, read, write } from '../endpoint.ts';
import { Problem } from '../problem.ts';
import { MadeToken, Named, NewTokenBody, NewUserBody, PasswordBody, RoleBody, Token, User } from '../shapes/access.ts';
import { NoQuestions } from '../shapes/deed.ts';
import { text } from '../shapes/text.ts';

const LIST = { role: 'admin', params: NOTHING, query: NOTHING } as const;
const NAMED = { role: 'admin', params: z.object({ name: text(64) }), answer: Named } as const;

export const accessEndpoints: readonly Endpoint[] = [
  read({
    ...LIST,
    path: '/users',
    summary: 'Who logs in with a password, and as what',
    answer: z.object({ items: z.array(User) }),
    run: async ({ access }) => ({ items: await access.users.list() }),
  }),
  write({
    path: '/users',
    summary: 'A new user; from the first one on everybody has to log in',
    role: 'admin',
    params: NOTHING,
    body: NewUserBody,
    answer: Named,
    run: async ({ access, actor, body: { dryRun, name, role, password } }) => {
      if (actor === LOCAL && role !== 'admin' && !(await access.users.any())) throw ofNobody();
      const user = { name, role, password: new Secret(password), by: actor, dryRun };
      accepted(await access.users.add(user), { what: 'user', id: name });
      return { dryRun, name };
    },
  }),
  write({
    ...NAMED,
    path: '/users/:name/role',
    summary: 'Gives a user another role, which counts from their next request on',
    body: RoleBody,
    run: async ({ access, actor, params: { name }, body: { dryRun, role } }) => {
      if (name === actor) throw ofOneself();
      accepted(await access.users.setRole({ name, role, by: actor, dryRun }), { what: 'user', id: name });
      return { dryRun, name };
    },
  }),
  write({
    ...NAMED,
    path: '/users/:name/password',
    summary: 'Sets a new password and ends the sessions of the user',
    body: PasswordBody,
    run: async ({ access, actor, params: { name }, body: { dryRun, password } }) => {
      const change = { name, password: new Secret(password), by: actor, dryRun };
      accepted(await access.users.setPassword(change), { what: 'user', id: name });
      return { dryRun, name };
    },
  }),
  write({
    ...NAMED,
    path: '/users/:name/remove',
    summary: 'Takes a user away, with their sessions; what they did stays in the audit log',
    body: NoQuestions,
    run: async ({ access, actor, params: { name }, body: { dryRun } }) => {
      if (name === actor) throw ofOneself();
      accepted(await access.users.remove({ name, by: actor, dryRun }), { what: 'user', id: name });
      return { dryRun, name };
    },
  }),
  read({
    ...LIST,
    path: '/tokens',
    summary: 'What programs show in place of a login, newest first, with those that were revoked',
    answer: z.object({ items: z.array(Token) }),
    run: async ({ access }) => ({ items: await access.tokens.list() }),
  }),
  write({
    path: '/tokens',
    summary: 'A new token; its text is told in this answer and never again',
    role: 'admin',
    params: NOTHING,
    body: NewTokenBody,
    answer: MadeToken,
    run: async ({ access, actor, body: { dryRun, name, role, days } }) => {
      const about = { what: 'token', id: name };
      if (dryRun) {
        accepted((await access.tokens.whyNot(name)) ?? { kind: 'creatable' }, about);
        return { dryRun };
      }
      const lifetime = days === undefined ? {} : { lifetime: hours(24 * days) };
      const made = await access.tokens.create({ name, role, by: actor, ...lifetime });
      const { token, text: shown } = accepted(made, about);
      return { dryRun, token, text: shown.reveal() };
    },
  }),
  write({
    ...NAMED,
    path: '/tokens/:name/revoke',
    summary: 'Takes a token out of force at once',
    body: NoQuestions,
    run: async ({ access, actor, params: { name }, body: { dryRun } }) => {
      accepted(await access.tokens.revoke({ name, by: actor, dryRun }), { what: 'token', id: name });
      return { dryRun, name };
    },
  }),
];

/** Whoever sits at a machine where nobody has to log in, as long as there is no user. */
const LOCAL = 'local';

/** Otherwise the first user could lock out whoever adds them. */
function ofNobody(): Problem {
  return new Problem('E_REFUSED', 'The first user must be an admin: from then on everybody has to log in, also here.');
}

/** Otherwise the last admin could lock everybody out by one press of a button. */
function ofOneself(): Problem {
  return new Problem('E_REFUSED', 'Nobody takes away their own role here. Another admin does it, or the command line.');
}
