import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';

import type { ObjectStore, StoredObject } from '#framework';

import type { BucketApi } from './client.ts';
import { openDownload } from './download.ts';
import { UPLOAD_MARK, uploadStream } from './upload.ts';

const MOST_REMOVED_AT_ONCE = 1000;

export interface BucketStoreOptions {
  readonly bucket: string;
  /** Put before every key. */
  readonly prefix: string;
  /** Bytes of part `number`; for tests. @internal */
  readonly sizeOf?: (number: number) => number;
}

/** Objects of one bucket below one prefix. */
export function bucketStore(api: BucketApi, options: BucketStoreOptions): ObjectStore {
  const full = (key: string): string => options.prefix + key;
  const own = ({ key, bytes, metadata }: StoredObject): StoredObject => ({
    key: key.slice(options.prefix.length),
    bytes,
    metadata,
  });
  return {
    url: (key) => `s3://${options.bucket}/${full(key)}`,
    put: async (key, body, { signal, metadata = {}, contentType } = {}) => {
      const object = { key: full(key), metadata, contentType };
      if (body instanceof Uint8Array) return api.put(object, body, signal);
      const sizes = options.sizeOf === undefined ? {} : { sizeOf: options.sizeOf };
      await uploadStream(api, { object, body, mark: randomUUID(), ...sizes }, signal);
    },
    open: (key, { signal } = {}) => openDownload(api, full(key), signal),
    findText: async (key, { signal } = {}) => {
      const head = await api.findHead(full(key), signal);
      return head === undefined ? undefined : text(await openDownload(api, full(key), signal));
    },
    find: async (key, { signal } = {}) => {
      const head = await api.findHead(full(key), signal);
      if (head === undefined) return undefined;
      const { [UPLOAD_MARK]: _mark, ...metadata } = head.metadata;
      return { ...own(head), metadata };
    },
    list: async (prefix, { signal } = {}) => {
      const found: StoredObject[] = [];
      let token: string | undefined;
      do {
        const page = await api.listPage(full(prefix), token, signal);
        found.push(...page.objects.map(own));
        token = page.next;
      } while (token !== undefined);
      return found;
    },
    removeAll: async (keys, { signal } = {}) => {
      for (let at = 0; at < keys.length; at += MOST_REMOVED_AT_ONCE) {
        await api.remove(keys.slice(at, at + MOST_REMOVED_AT_ONCE).map(full), signal);
      }
    },
  };
}
