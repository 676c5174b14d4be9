import { z } from 'zod';

import { CONNECTOR_FILE, type SettingSources, readSettingsFile } from '#framework';

/** What Windrow understands of the two files that Veeva's own accelerators read. */
export interface VendorFiles {
  readonly vapil: z.infer<typeof Vapil>;
  readonly connector: z.infer<typeof ConnectorConfig>;
  readonly problems: readonly string[];
}

const VAPIL_FILE = { variable: 'VAPIL_SETTINGS_FILE', usualPath: 'vapil_settings.json' } as const;

const text = z.string().nullish();
const number = z.union([z.string(), z.number().transform(String)]).nullish();

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
  direct_data: z
    .looseObject({
      extract_type: text,
      start_time: text,
      on_missing_column: text,
      on_bad_row: text,
      on_bad_characters: text,
      on_long_text: text,
      quarantine_rows: number,
      quarantine_percent: number,
      document_content: text,
    })
    .optional(),
  s3: z.looseObject({ direct_data_folder: text }).optional(),
});

export function readVendorFiles(sources: SettingSources): VendorFiles {
  const vapil = readSettingsFile(sources, { ...VAPIL_FILE, shape: Vapil });
  const connector = readSettingsFile(sources, { ...CONNECTOR_FILE, shape: ConnectorConfig });
  return {
    vapil: vapil.content ?? {},
    connector: connector.content ?? {},
    problems: [...vapil.problems, ...connector.problems],
  };
}
