import type { z } from 'zod';

import type { SettingSources } from './settings.ts';

export interface SettingsFileName<S> {
  /** Its environment variable. */
  readonly variable: string;
  readonly usualPath: string;
  readonly shape: z.ZodType<S>;
}

export interface SettingsFile<S> {
  /** Absent where there is no file or something is wrong with it. */
  readonly content: S | undefined;
  readonly problems: readonly string[];
}

/** The file that all connectors share with the vendors' own tools: each reads its block and lets the others be. */
export const CONNECTOR_FILE = { variable: 'CONNECTOR_CONFIG_FILE', usualPath: 'connector_config.json' } as const;

/**
 * Reads a JSON file of settings. Named by its environment variable it must exist; under its usual name it may be absent.
 */
export function readSettingsFile<S>(sources: SettingSources, file: SettingsFileName<S>): SettingsFile<S> {
  const named = sources.environment[file.variable];
  const isNamed = named !== undefined && named !== '';
  const path = isNamed ? named : file.usualPath;
  const text = sources.readFile(path);
  if (text === undefined) {
    return unreadable(
      isNamed ? [`${file.variable}: there is no file ${path}. Correct the path or unset the variable.`] : [],
    );
  }
  const content = parsed(text);
  // The parser's own words quote the text around the mistake, and that may be a password.
  if (content === undefined) return unreadable([`${path}: is not JSON. Correct the file.`]);
  const { data, error } = file.shape.safeParse(content);
  if (error === undefined) return { content: data, problems: [] };
  return unreadable(error.issues.map((issue) => `${issue.path.join('.')} in ${file.usualPath}: ${issue.message}.`));
}

function unreadable(problems: readonly string[]): {
  readonly content: undefined;
  readonly problems: readonly string[];
} {
  return { content: undefined, problems };
}

/** Undefined, which no JSON is, where the text is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
