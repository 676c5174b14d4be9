import { z } from 'zod';

import { type Connection, firstSet, readSettings } from '#framework';

import type { Converter } from './conversion.ts';
import { openConverter } from './converter.ts';

export interface ConverterSettings {
  /** Absent: one thread for each core. */
  readonly threads?: number | undefined;
}

/** The conversion threads of a process, shared by all its tasks. */
export const converterConnection: Connection<ConverterSettings, Converter> = {
  name: 'converter',
  read: ({ environment }) =>
    readSettings<ConverterSettings>(
      Settings,
      { threads: firstSet(environment['CONVERT_THREADS']) },
      { threads: 'CONVERT_THREADS' },
    ),
  open: async ({ threads }) => openConverter(threads === undefined ? {} : { threads }),
};

const Settings = z.strictObject({
  threads: z.coerce.number('expected a whole number').int('expected a whole number').min(1).max(64).optional(),
});
