import { randomBytes } from 'node:crypto';

import { type Command, Argument, Option } from 'commander';

import { Secret } from '../../../core/secret.ts';
import { ROLES, type Role } from '../../../store/access/role.ts';
import type { DashboardUser } from '../../../store/access/users.ts';
import { type Answer, done, notFound, refused } from '../../answer.ts';
import type { Session } from '../../session.ts';
import type { Shell } from '../../shell.ts';
import { type Cell, table } from '../../table.ts';
import { moment } from '../../text/run-text.ts';

interface PasswordOptions {
  readonly passwordStdin?: true;
}

interface AddOptions extends PasswordOptions {
  readonly role: Role;
}

export function addUsers(program: Command, { act }: Shell): void {
  const users = program.command('users').description('who may log in to the dashboard, and what they may do there');
  users.command('list').description('every user with a role').action(act(list));
  users
    .command('add')
    .description('a new user; from the first one on the dashboard asks everybody to log in')
    .argument('<name>', 'lower-case letters, digits and . _ @ -')
    .addOption(new Option('--role <role>', MEANINGS).choices(ROLES).default('viewer'))
    .addOption(passwordStdin())
    .action(act(add));
  users
    .command('role')
    .description('give another role; it counts from the next request on')
    .argument('<name>', 'name of the user')
    .addArgument(new Argument('<role>', MEANINGS).choices(ROLES))
    .action(act(setRole));
  users
    .command('password')
    .description('set a new password, which ends the sessions of the user')
    .argument('<name>', 'name of the user')
    .addOption(passwordStdin())
    .action(act(setPassword));
  users
    .command('remove')
    .description('take a user away, with their sessions; what they did stays in the audit log')
    .argument('<name>', 'name of the user')
    .action(act(remove));
}

const MEANINGS = 'viewer looks, operator also triggers, re-runs, cancels and skips, admin also reads the audit log';

const passwordStdin = (): Option =>
  new Option('--password-stdin', 'read the password from standard input; otherwise one is made and printed once');

async function list(session: Session): Promise<Answer> {
  const users = await session.withAccess((access) => access.users.list());
  return done(users, userTable(users));
}

async function add(session: Session, name: string, { role, ...options }: AddOptions): Promise<Answer> {
  const { password, made } = await passwordOf(session, options);
  const added = await session.withAccess((access) => access.users.add({ name, role, password, by: session.user }));
  if (added.kind === 'refused') return refused(added.reason);
  return done({ name, role, ...made.json }, `User ${name} is added as ${role}.${made.text}`);
}

async function setRole(session: Session, name: string, role: Role): Promise<Answer> {
  const changed = await session.withAccess((access) => access.users.setRole({ name, role, by: session.user }));
  return changed.kind === 'changed' ? done({ name, role }, `User ${name} is ${role} now.`) : noUser(name);
}

async function setPassword(session: Session, name: string, options: PasswordOptions): Promise<Answer> {
  const { password, made } = await passwordOf(session, options);
  const changed = await session.withAccess((access) => access.users.setPassword({ name, password, by: session.user }));
  if (changed.kind === 'refused') return refused(changed.reason);
  if (changed.kind === 'not_found') return noUser(name);
  return done({ name, ...made.json }, `User ${name} has a new password and must log in again.${made.text}`);
}

async function remove(session: Session, name: string): Promise<Answer> {
  return session.withAccess(async ({ users }) => {
    const removed = await users.remove({ name, by: session.user });
    if (removed.kind === 'not_found') return noUser(name);
    const last = (await users.any())
      ? ''
      : ' It was the last one: a dashboard that listens on its own machine alone lets everybody there in again.';
    return done({ name, removed: true }, `User ${name} is removed.${last}`);
  });
}

interface GivenPassword {
  readonly password: Secret;
  /** What is told of it: nothing where its owner knows it. */
  readonly made: { readonly json: object; readonly text: string };
}

const MADE_BYTES = 15;

async function passwordOf(session: Session, { passwordStdin: isGiven }: PasswordOptions): Promise<GivenPassword> {
  if (isGiven === true) {
    // Programs end their line, and the end is no part of the password.
    const text = (await session.input()).replace(/\r?\n$/, '');
    return { password: new Secret(text), made: { json: {}, text: '' } };
  }
  const password = randomBytes(MADE_BYTES).toString('base64url');
  const text = ` The password, which is shown this once only: ${password}`;
  return { password: new Secret(password), made: { json: { password }, text } };
}

function userTable(users: readonly DashboardUser[]): string {
  const rows = users.map((user): Cell[] => [
    user.name,
    user.role,
    moment(user.createdAt),
    user.createdBy,
    moment(user.lastLoginAt),
  ]);
  return table(['user', 'role', 'added', 'by', 'last login'], rows, NOBODY);
}

const NOBODY =
  'There are no users: a dashboard that listens on its own machine alone lets everybody there in. Add one: windrow users add NAME --role admin';

function noUser(name: string): Answer {
  return notFound(`There is no user ${name}. All of them: windrow users list`);
}
