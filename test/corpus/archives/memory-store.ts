import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { DataFailure, type ObjectStore, type StoredObject } from '#framework';

/** An object store in memory, for thousands of windows in a row. */
export class MemoryStore implements ObjectStore {
  readonly #objects = new Map<string, Buffer>();

  readonly url = (key: string): string => `memory://${key}`;

  readonly put: ObjectStore['put'] = async (key, body) => {
    this.#objects.set(key, body instanceof Readable ? await buffer(body) : Buffer.from(body));
  };

  readonly open: ObjectStore['open'] = async (key) => {
    const found = this.#objects.get(key);
    if (found === undefined) throw new DataFailure('E_OBJECT_MISSING', `There is no object ${key}.`);
    return Readable.from([Buffer.from(found)]);
  };

  readonly findText: ObjectStore['findText'] = async (key) => this.#objects.get(key)?.toString();

  readonly find: ObjectStore['find'] = async (key) => this.#describe(key);

  readonly list: ObjectStore['list'] = async (prefix) =>
    [...this.#objects.keys()]
      .filter((key) => key.startsWith(prefix))
      .toSorted()
      .flatMap((key) => this.#describe(key) ?? []);

  readonly removeAll: ObjectStore['removeAll'] = async (keys) => {
    for (const key of keys) this.#objects.delete(key);
  };

  #describe(key: string): StoredObject | undefined {
    const found = this.#objects.get(key);
    return found === undefined ? undefined : { key, bytes: found.length, metadata: {} };
  }
}
