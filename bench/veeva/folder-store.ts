import { createReadStream } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { ObjectStore, StoredObject } from '#framework';

/** Objects as files below a folder, so that a conversion is measured without a server beside it. `metadata` is what every object is said to have. */
export function folderStore(folder: string, metadata: StoredObject['metadata']): ObjectStore {
  const pathOf = (key: string): string => join(folder, key);
  return {
    url: (key) => `file://${pathOf(key)}`,
    put: async (key, body) => {
      await mkdir(dirname(pathOf(key)), { recursive: true });
      await writeFile(pathOf(key), body);
    },
    open: async (key) => createReadStream(pathOf(key)),
    findText: async (key) => readFile(pathOf(key), 'utf8').catch(() => undefined),
    find: async (key) => {
      const found = await stat(pathOf(key)).catch(() => undefined);
      return found === undefined ? undefined : { key, bytes: found.size, metadata };
    },
    list: async () => [],
    removeAll: async (keys) => {
      await Promise.all(keys.map((key) => rm(pathOf(key), { force: true })));
    },
  };
}
