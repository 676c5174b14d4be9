import { CommanderError } from 'commander';

import { ConfigFailure, DefinitionFailure, Failure, RemoteFailure, TimedOut } from '../core/failures.ts';
import { type Answer, trouble } from './answer.ts';
import type { Exit } from './exit-codes.ts';

type Bad = Exclude<Exit, 'ok'>;

/** Turns anything a command threw into words and an exit code. */
export function failureAnswer(thrown: unknown, options: { readonly debug: boolean }): Answer {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const problems = error instanceof ConfigFailure ? { problems: error.problems } : {};
  const stack = options.debug ? { stack: `${error.stack ?? ''}${causes(error)}` } : {};
  return trouble(exitOf(error), { code: codeOf(error), message: message(error), ...problems, ...stack });
}

function exitOf(error: Error): Bad {
  if (error instanceof CommanderError) return 'usage';
  if (error instanceof ConfigFailure || error instanceof DefinitionFailure || hasCode(error, 'EADDRINUSE'))
    return 'config';
  if (error instanceof RemoteFailure || error instanceof TimedOut || UNREACHABLE.some((code) => hasCode(error, code)))
    return 'unreachable';
  return error instanceof Failure ? 'failed' : 'fault';
}

const UNREACHABLE = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', '3D000', '28P01', '57P03'];

function codeOf(error: Error): string {
  if (error instanceof Failure) return error.code;
  return error instanceof CommanderError ? 'E_USAGE' : 'E_UNEXPECTED';
}

function message(error: Error): string {
  if (error instanceof CommanderError && error.code === 'commander.help') return 'Name a verb, one of those above.';
  if (error instanceof CommanderError)
    return `${error.message.replace(/^error: /, '')}\nFor the verbs and options: windrow --help`;
  if (hasCode(error, 'EADDRINUSE'))
    return `${words(error)}. Another program has this port; name a free one in WINDROW_DASHBOARD_PORT (0 takes any).`;
  if (error instanceof Failure) return error.message;
  return UNREACHABLE.some((code) => hasCode(error, code))
    ? `${words(error)}. Check DATABASE_URL and REDIS_URL, and that the servers run.`
    : `${words(error)} (unexpected; --debug shows where)`;
}

// A refused connection to a name with several addresses comes without words of its own.
function words(error: Error): string {
  if (error.message !== '') return error.message;
  return error instanceof AggregateError ? error.errors.map(String).join(', ') : error.name;
}

function hasCode(error: Error, code: string): boolean {
  return 'code' in error && error.code === code;
}

function causes(error: Error): string {
  return error.cause instanceof Error ? `\ncaused by ${error.cause.stack ?? ''}${causes(error.cause)}` : '';
}
