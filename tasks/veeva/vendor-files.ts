import { z } from 'zod';

import type { SettingSources } from '#framework';

/** What Windrow understands of the two files that Veeva's own accelerators read. */
export interface VendorFiles {
  readonly vapil: z.infer<typeof Vapil>;
  readonly connector: z.infer<typeof ConnectorConfig>;
  readonly problems: readonly string[];
}

const text = z.string().nullish();

// Loose objects: these files belong to the vendor's tools, which keep more in them than Windrow needs.
const Vapil = z.looseObject({
  authenticationType: text,
  vaultDNS: text,
  vaultUsername: text,
  vaultPassword: text,
  vaultClientId: text,
});

const ConnectorConfig = z.looseObject({
  convert_to_parquet: z.boolean().optional(),
  direct_data: z.looseObject({ extract_type: text, start_time: text }).optional(),
  s3: z.looseObject({ direct_data_folder: text }).optional(),
});

/** A file that the environment names must exist; the usual names are read where they exist. */
export function readVendorFiles(sources: SettingSources): VendorFiles {
  const problems: string[] = [];
  const vapil = readOne(sources, {
    variable: 'VAPIL_SETTINGS_FILE',
    usual: 'vapil_settings.json',
    schema: Vapil,
    problems,
  });
  const connector = readOne(sources, {
    variable: 'CONNECTOR_CONFIG_FILE',
    usual: 'connector_config.json',
    schema: ConnectorConfig,
    problems,
  });
  return { vapil: vapil ?? {}, connector: connector ?? {}, problems };
}

interface VendorFile<T> {
  readonly variable: string;
  readonly usual: string;
  readonly schema: z.ZodType<T>;
  readonly problems: string[];
}

function readOne<T>(sources: SettingSources, file: VendorFile<T>): T | undefined {
  const named = sources.environment[file.variable];
  const path = named === undefined || named === '' ? file.usual : named;
  const content = sources.readFile(path);
  if (content === undefined) {
    if (path === named)
      file.problems.push(`${file.variable}: there is no file ${path}. Correct the path or unset the variable.`);
    return undefined;
  }
  const json = parse(content);
  if (json === undefined) {
    file.problems.push(`${path}: is not JSON. Correct the file.`);
    return undefined;
  }
  const parsed = file.schema.safeParse(json);
  if (parsed.success) return parsed.data;
  file.problems.push(...parsed.error.issues.map((issue) => `${path}, ${issue.path.join('.')}: ${issue.message}.`));
  return undefined;
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
