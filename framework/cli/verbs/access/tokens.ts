import { type Command, InvalidArgumentError, Option } from 'commander';

import { type Millis, parseDuration } from '../../../core/duration.ts';
import { DefinitionFailure } from '../../../core/failures.ts';
import { ROLES, type Role } from '../../../store/access/role.ts';
import type { ApiToken } from '../../../store/access/tokens.ts';
import { type Answer, done, notFound, refused } from '../../answer.ts';
import type { Session } from '../../session.ts';
import type { Shell } from '../../shell.ts';
import { type Cell, table } from '../../table.ts';
import { moment } from '../../text/run-text.ts';

interface CreateOptions {
  readonly role: Role;
  readonly expires?: Millis;
}

export function addTokens(program: Command, { act }: Shell): void {
  const tokens = program.command('tokens').description('what programs show to the API of the dashboard');
  tokens.command('list').description('every token, newest first, with those that were revoked').action(act(list));
  tokens
    .command('create')
    .description('a new token; its text is printed once and not kept')
    .argument('<name>', 'what it is for; stands in the audit log')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('viewer'))
    .option('--expires <time>', 'for so long, such as 90d; otherwise until it is revoked', durationArgument)
    .action(act(create));
  tokens
    .command('revoke')
    .description('take a token out of force at once')
    .argument('<name>', 'name of the token')
    .action(act(revoke));
}

async function list(session: Session): Promise<Answer> {
  const tokens = await session.withAccess((access) => access.tokens.list());
  return done(tokens, tokenTable(tokens));
}

async function create(session: Session, name: string, { role, expires }: CreateOptions): Promise<Answer> {
  const lifetime = expires === undefined ? {} : { lifetime: expires };
  const created = await session.withAccess((access) =>
    access.tokens.create({ name, role, by: session.user, ...lifetime }),
  );
  if (created.kind === 'refused') return refused(created.reason);
  const text = created.text.reveal();
  return done(
    { ...created.token, text },
    `Token ${name} is in force as ${role}. Its text, which is shown this once only: ${text}`,
  );
}

async function revoke(session: Session, name: string): Promise<Answer> {
  const revoked = await session.withAccess((access) => access.tokens.revoke({ name, by: session.user }));
  if (revoked.kind === 'revoked') return done({ name, revoked: true }, `Token ${name} is revoked.`);
  return notFound(`No token ${name} is in force. All of them: windrow tokens list`);
}

function tokenTable(tokens: readonly ApiToken[]): string {
  const rows = tokens.map((token): Cell[] => [
    token.name,
    token.role,
    moment(token.createdAt),
    token.createdBy,
    moment(token.expiresAt),
    moment(token.lastUsedAt),
    moment(token.revokedAt),
  ]);
  const titles = ['token', 'role', 'created', 'by', 'expires', 'last used', 'revoked'];
  return table(titles, rows, 'There are no tokens. Make one: windrow tokens create NAME --role viewer');
}

function durationArgument(text: string): Millis {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof DefinitionFailure)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}
