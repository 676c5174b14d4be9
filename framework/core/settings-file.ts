import type { SettingSources } from './settings.ts';

export interface SettingsFile {
  /** The content, or an empty object where there is no file or it cannot be read. */
  readonly content: unknown;
  readonly problems: readonly string[];
}

/**
 * Reads a JSON file of settings. Named by its environment variable it must exist; under its usual name it may be absent.
 */
export function readSettingsFile(
  sources: SettingSources,
  file: { readonly variable: string; readonly usualPath: string },
): SettingsFile {
  const named = sources.environment[file.variable];
  const isNamed = named !== undefined && named !== '';
  const path = isNamed ? named : file.usualPath;
  const text = sources.readFile(path);
  if (text === undefined) {
    const problem = `${file.variable}: there is no file ${path}. Correct the path or unset the variable.`;
    return { content: {}, problems: isNamed ? [problem] : [] };
  }
  try {
    return { content: JSON.parse(text), problems: [] };
  } catch {
    // The parser's own words quote the text around the mistake, and that may be a password.
    return { content: {}, problems: [`${path}: is not JSON. Correct the file.`] };
  }
}
