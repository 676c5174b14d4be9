import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Bucket } from './bucket.ts';
import { S3Error } from './errors.ts';

/** Names that hold no bucket: `sandbox` is the path of the fault switches. */
const RESERVED: ReadonlySet<string> = new Set(['sandbox']);
const BUCKET_NAME = /^(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** All buckets below one directory. */
export class Storage {
  readonly #directory: string;
  readonly #buckets = new Map<string, Bucket>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) this.#buckets.set(entry.name, new Bucket(join(directory, entry.name)));
    }
  }

  list(): readonly { readonly name: string; readonly created: string }[] {
    return [...this.#buckets.keys()].toSorted().map((name) => ({ name, created: this.#created(name) }));
  }

  create(name: string, now: string): 'created' | 'already_there' {
    if (!BUCKET_NAME.test(name) || RESERVED.has(name)) {
      throw new S3Error(
        'InvalidBucketName',
        `The bucket name "${name}" is not valid: 3 to 63 lower-case letters, digits, "-" and ".".`,
      );
    }
    if (this.#buckets.has(name)) return 'already_there';
    mkdirSync(join(this.#directory, name), { recursive: true });
    writeFileSync(join(this.#directory, name, 'created'), now);
    this.#buckets.set(name, new Bucket(join(this.#directory, name)));
    return 'created';
  }

  /** @throws S3Error `NoSuchBucket` */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket !== undefined) return bucket;
    throw new S3Error('NoSuchBucket', `The specified bucket does not exist: "${name}".`);
  }

  remove(name: string): void {
    const bucket = this.bucket(name);
    if (!bucket.isEmpty) throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty.');
    bucket.close();
    this.#buckets.delete(name);
    rmSync(join(this.#directory, name), { recursive: true });
  }

  close(): void {
    for (const bucket of this.#buckets.values()) bucket.close();
    this.#buckets.clear();
  }

  #created(name: string): string {
    const path = join(this.#directory, name, 'created');
    return existsSync(path) ? readFileSync(path, 'utf8') : '1970-01-01T00:00:00.000Z';
  }
}
