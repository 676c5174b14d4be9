import type { z } from 'zod';

import type { Environment } from './environment.ts';

/** Where settings come from: environment variables, and JSON files beside the project. */
export interface SettingSources {
  readonly environment: Environment;
  /** The text of a file, or undefined where it does not exist. */
  readonly readFile: (path: string) => string | undefined;
}

/** Settings, or every mistake in them, each a sentence that names the setting and says what is expected. */
export type Reading<S> =
  | { readonly kind: 'read'; readonly settings: S }
  | { readonly kind: 'unreadable'; readonly problems: readonly string[] };

/**
 * Parses `values` with `schema`. `names` maps a setting's path (`vault.host`) to what the operator must change
 * (`VAULT_HOST or vapil_settings.json vaultDNS`); a path without an entry is named as it is.
 */
export function readSettings<S>(
  schema: z.ZodType<S>,
  values: unknown,
  names: Readonly<Record<string, string>> = {},
): Reading<S> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return { kind: 'read', settings: parsed.data };
  return { kind: 'unreadable', problems: parsed.error.issues.map((issue) => sentence(issue, names)) };
}

/** The reading, unreadable where something around it is wrong as well. */
export function withProblems<S>(problems: readonly string[], reading: Reading<S>): Reading<S> {
  if (problems.length === 0) return reading;
  return { kind: 'unreadable', problems: [...problems, ...(reading.kind === 'read' ? [] : reading.problems)] };
}

/** The first value that is set; an empty text counts as absent, as operators blank a variable to unset it. */
export function firstSet(...values: readonly unknown[]): unknown {
  return values.find((value) => value !== undefined && value !== null && value !== '');
}

function sentence(issue: z.core.$ZodIssue, names: Readonly<Record<string, string>>): string {
  const path = issue.path.join('.');
  return `${names[path] ?? (path === '' ? 'The settings' : path)}: ${issue.message.replace(/\.$/, '')}.`;
}
