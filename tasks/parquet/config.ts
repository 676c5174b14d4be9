import { z } from 'zod';

import { type Reading, type SettingSources, firstSet, readSettings } from '#framework';

export interface ConverterSettings {
  /** Absent: one thread for each core. */
  readonly threads?: number | undefined;
}

export function readConverterSettings({ environment }: SettingSources): Reading<ConverterSettings> {
  const threads = firstSet(environment['CONVERT_THREADS']);
  return readSettings<ConverterSettings>(Settings, { threads }, { threads: 'CONVERT_THREADS' });
}

const Settings = z.strictObject({
  threads: z.coerce.number('expected a whole number').int('expected a whole number').min(1).max(64).optional(),
});
