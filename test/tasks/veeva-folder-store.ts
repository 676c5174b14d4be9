import { createReadStream } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { DataFailure, type ObjectStore, type StoredObject } from '#framework';

/** Objects as files of a folder: enough of an object store to read what a transfer wrote. */
export class FolderStore implements ObjectStore {
  readonly #folder: string;
  #written = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  readonly url = (key: string): string => `s3://bucket/${key}`;

  readonly put: ObjectStore['put'] = async (key, body, options = {}) => {
    const path = this.#path(key);
    await mkdir(dirname(path), { recursive: true });
    this.#written += 1;
    const unfinished = join(this.#folder, `unfinished-${this.#written}`);
    await writeFile(unfinished, body, options.signal === undefined ? {} : { signal: options.signal });
    await writeFile(`${path}#metadata`, JSON.stringify(options.metadata ?? {}));
    await rename(unfinished, path);
  };

  readonly open: ObjectStore['open'] = async (key) => {
    if ((await this.find(key)) !== undefined) return createReadStream(this.#path(key));
    throw new DataFailure('E_OBJECT_MISSING', `There is no object ${key}.`);
  };

  readonly findText: ObjectStore['findText'] = async (key) => readFile(this.#path(key), 'utf8').catch(() => undefined);

  readonly find: ObjectStore['find'] = async (key): Promise<StoredObject | undefined> => {
    const metadata = await this.findText(`${key}#metadata`);
    if (metadata === undefined) return undefined;
    const { size } = await stat(this.#path(key));
    return { key, bytes: size, metadata: JSON.parse(metadata) as Record<string, string> };
  };

  readonly list: ObjectStore['list'] = async (prefix) => {
    const names = await readdir(this.#folder, { recursive: true });
    const keys = names.filter((name) => name.endsWith('#metadata')).map((name) => name.slice(0, -'#metadata'.length));
    const found = await Promise.all(
      keys
        .filter((key) => key.startsWith(prefix))
        .toSorted()
        .map((key) => this.find(key)),
    );
    return found.flatMap((object) => (object === undefined ? [] : [{ ...object, metadata: {} }]));
  };

  readonly removeAll: ObjectStore['removeAll'] = async (keys) => {
    for (const key of keys) {
      await rm(this.#path(key), { force: true });
      await rm(this.#path(`${key}#metadata`), { force: true });
    }
  };

  #path(key: string): string {
    return join(this.#folder, key);
  }
}
