import type { z } from 'zod';

import type { Environment } from './environment.ts';
import { type Reading, type SettingSources, readSettings, withProblems } from './settings.ts';

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

/** How one connector reads its settings. */
export interface ConnectorShape<F, S> {
  /** Of the connector's block in {@link CONNECTOR_FILE}; loose, as the file belongs to other tools too. */
  readonly file: z.ZodType<F>;
  readonly settings: z.ZodType<S>;
  /** What the operator must change for a setting, as {@link readSettings} takes it. */
  readonly names: Readonly<Record<string, string>>;
  /** One value per setting, not yet checked; the environment goes before the file. */
  readonly values: (environment: Environment, content: F | undefined) => object;
}

/** Reads the environment over the connector's block of {@link CONNECTOR_FILE}, and reports every mistake at once. */
export function readConnectorSettings<F, S>(sources: SettingSources, shape: ConnectorShape<F, S>): Reading<S> {
  const { content, problems } = readSettingsFile(sources, { ...CONNECTOR_FILE, shape: shape.file });
  const values = shape.values(sources.environment, content);
  return withProblems(problems, readSettings(shape.settings, values, shape.names));
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
