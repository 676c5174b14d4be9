import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { LineageTransport } from './transport.ts';

/** Appends each event as one line of JSON to a file, which is made where it is not there. */
export function fileTransport(path: string): LineageTransport {
  return {
    send: async (event) => {
      await mkdir(dirname(path), { recursive: true });
      await appendFile(path, `${JSON.stringify(event)}\n`);
      return { kind: 'arrived' };
    },
  };
}
