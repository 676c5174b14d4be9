import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

import { z } from 'zod';

import { RedshiftError } from '../sql/redshift-error.ts';
import type { CopyStatement } from './copy-statement.ts';
import { Refusal } from '../../aws/refusal.ts';
import type { S3Reader } from './s3-reader.ts';

export interface S3File {
  readonly bucket: string;
  readonly key: string;
  readonly url: string;
  /** As a manifest states it. */
  readonly contentLength?: number;
}

/** The files that a COPY loads, in key order: those of the manifest, or all whose key begins with the prefix. */
export async function findFiles(s3: S3Reader, { from, options }: CopyStatement): Promise<readonly S3File[]> {
  const files = options.manifest
    ? await filesOfManifest(s3, from, options.format === 'parquet')
    : await filesUnder(s3, from);
  if (files.length > 0) return files;
  throw new RedshiftError(`The specified S3 prefix '${address(from).key}' does not exist`);
}

function address(url: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(url) ?? [];
  if (bucket === undefined || key === undefined)
    throw new RedshiftError(`S3 path "${url}" is not valid: expected s3://bucket/key`);
  return { bucket, key };
}

async function filesUnder(s3: S3Reader, from: string): Promise<readonly S3File[]> {
  const { bucket, key: prefix } = address(from);
  const files: S3File[] = [];
  let token: string | undefined;
  do {
    const page = await s3.list(bucket, prefix, token).catch((error: unknown) => refuse(error, from));
    for (const { key, bytes } of page.objects) {
      if (!(key.endsWith('/') && bytes === 0)) files.push({ bucket, key, url: `s3://${bucket}/${key}` });
    }
    token = page.next;
  } while (token !== undefined);
  return files;
}

const Manifest = z.object({
  entries: z.array(
    z.object({
      url: z.string().startsWith('s3://'),
      mandatory: z.boolean().default(false),
      meta: z.object({ content_length: z.number().int().nonnegative() }).optional(),
    }),
  ),
});

async function filesOfManifest(s3: S3Reader, from: string, needsLength: boolean): Promise<readonly S3File[]> {
  const parsed = Manifest.safeParse(JSON.parse(await readText(s3, { ...address(from), url: from })));
  if (!parsed.success) throw new RedshiftError(`The manifest ${from} is not a valid manifest: ${parsed.error.message}`);
  const files: S3File[] = [];
  for (const { url, mandatory, meta } of parsed.data.entries) {
    if (needsLength && meta === undefined) {
      throw new RedshiftError(`The manifest ${from} must give meta.content_length for the columnar file ${url}`);
    }
    const file = { ...address(url), url, ...(meta === undefined ? {} : { contentLength: meta.content_length }) };
    if (await isThere(s3, file)) files.push(file);
    else if (mandatory)
      throw new RedshiftError(
        `Problem reading manifest file - S3ServiceException: the mandatory file ${url} does not exist`,
      );
  }
  return files;
}

async function isThere(s3: S3Reader, { bucket, key }: S3File): Promise<boolean> {
  const page = await s3.list(bucket, key);
  return page.objects[0]?.key === key;
}

async function readText(s3: S3Reader, file: S3File): Promise<string> {
  return (await buffer(await openFile(s3, file))).toString('utf8');
}

/** The bytes of a file, still to be read. */
export async function openFile(s3: S3Reader, file: S3File): Promise<IncomingMessage> {
  const answer = await s3.open(file.bucket, file.key).catch((error: unknown) => refuse(error, file.url));
  const bytes = lengthOf(answer);
  if (file.contentLength === undefined || bytes === file.contentLength) return answer;
  answer.destroy();
  throw new RedshiftError(`The file ${file.url} has ${bytes} bytes; the manifest says ${file.contentLength}`);
}

export function lengthOf(answer: IncomingMessage): number {
  return Number(answer.headers['content-length']);
}

function refuse(error: unknown, url: string): never {
  if (!(error instanceof Refusal)) throw error;
  throw new RedshiftError(`S3ServiceException:${error.message},Status ${error.status},Error ${error.code}`, {
    detail: `reading ${url}`,
  });
}
