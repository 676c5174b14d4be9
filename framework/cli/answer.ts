import type { Exit } from './exit-codes.ts';

/** What a command says at its end: `json` to programs, `text` to people. */
export interface Answer {
  readonly exit: Exit;
  readonly json: unknown;
  readonly text: string;
}

export function done(json: unknown, text: string): Answer {
  return { exit: 'ok', json, text };
}

export interface Trouble {
  readonly code: string;
  readonly message: string;
  /** Every mistake, where there may be several. */
  readonly problems?: readonly string[];
  readonly stack?: string;
}

/** A command that did not do what it was asked; the text goes to standard error. */
export function trouble(exit: Exclude<Exit, 'ok'>, error: Trouble): Answer {
  const text = error.stack === undefined ? error.message : `${error.message}\n${error.stack}`;
  return { exit, json: { error }, text: `windrow: ${text}` };
}

export function notFound(message: string): Answer {
  return trouble('not_found', { code: 'E_NOT_FOUND', message });
}

export function refused(reason: string): Answer {
  return trouble('refused', { code: 'E_REFUSED', message: reason });
}
