import type { Readable } from 'node:stream';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** The caller's own facts, stored with the object; keys in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PutOptions {
  readonly signal?: AbortSignal;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly contentType?: string;
}

/** Objects by key in one bucket or folder. An object is visible whole or not at all. */
export interface ObjectStore {
  /** The address other systems use: `s3://bucket/key`. */
  readonly url: (key: string) => string;
  /**
   * Stores bytes or a stream; a stream of any length is stored with bounded memory. When the stream fails nothing is
   * stored.
   */
  readonly put: (key: string, body: Uint8Array | Readable, options?: PutOptions) => Promise<void>;
  /**
   * The pieces of the stream are the reader's own, who may give their memory back.
   * @throws DataFailure `E_OBJECT_MISSING`
   */
  readonly open: (key: string, options?: { readonly signal?: AbortSignal }) => Promise<Readable>;
  /** A small object as text, or undefined where there is none. */
  readonly findText: (key: string, options?: { readonly signal?: AbortSignal }) => Promise<string | undefined>;
  readonly find: (key: string, options?: { readonly signal?: AbortSignal }) => Promise<StoredObject | undefined>;
  /** Every object whose key begins with `prefix`, in key order; `metadata` is empty here. */
  readonly list: (prefix: string, options?: { readonly signal?: AbortSignal }) => Promise<readonly StoredObject[]>;
  readonly removeAll: (keys: readonly string[], options?: { readonly signal?: AbortSignal }) => Promise<void>;
}
