import { z } from 'zod';

import { type SettingSources, readSettingsFile } from '#framework';

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

export function readVendorFiles(sources: SettingSources): VendorFiles {
  const vapilFile = readSettingsFile(sources, { variable: 'VAPIL_SETTINGS_FILE', usualPath: 'vapil_settings.json' });
  const connectorFile = readSettingsFile(sources, {
    variable: 'CONNECTOR_CONFIG_FILE',
    usualPath: 'connector_config.json',
  });
  const vapil = Vapil.safeParse(vapilFile.content);
  const connector = ConnectorConfig.safeParse(connectorFile.content);
  return {
    vapil: vapil.data ?? {},
    connector: connector.data ?? {},
    problems: [
      ...vapilFile.problems,
      ...connectorFile.problems,
      ...shapeProblems('vapil_settings.json', vapil.error),
      ...shapeProblems('connector_config.json', connector.error),
    ],
  };
}

function shapeProblems(file: string, error: z.ZodError | undefined): string[] {
  return (error?.issues ?? []).map((issue) => `${issue.path.join('.')} in ${file}: ${issue.message}.`);
}
