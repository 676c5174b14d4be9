import type { Connection } from '#framework';

import { type ConverterSettings, readConverterSettings } from './config.ts';
import type { Converter } from './conversion.ts';
import { openConverter } from './converter.ts';

/** The conversion threads of a process, shared by all its tasks. */
export const converterConnection: Connection<ConverterSettings, Converter> = {
  name: 'converter',
  read: readConverterSettings,
  open: async ({ threads }) => openConverter(threads === undefined ? {} : { threads }),
};
