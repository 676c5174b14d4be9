import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { GetObjectCommand, ListObjectsV2Command, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { z } from 'zod';

import { RedshiftError } from '../sql/redshift-error.ts';
import type { CopyStatement } from './copy-statement.ts';

export interface S3File {
  readonly bucket: string;
  readonly key: string;
  readonly url: string;
  /** As a manifest states it. */
  readonly contentLength?: number;
}

/** The files that a COPY loads, in key order: those of the manifest, or all whose key begins with the prefix. */
export async function findFiles(s3: S3Client, { from, options }: CopyStatement): Promise<readonly S3File[]> {
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

async function filesUnder(s3: S3Client, from: string): Promise<readonly S3File[]> {
  const { bucket, key: prefix } = address(from);
  const files: S3File[] = [];
  let token: string | undefined;
  do {
    const page = await s3
      .send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      )
      .catch((error: unknown) => refuse(error, from));
    for (const { Key: key, Size: size } of page.Contents ?? []) {
      if (key !== undefined && !(key.endsWith('/') && size === 0))
        files.push({ bucket, key, url: `s3://${bucket}/${key}` });
    }
    token = page.NextContinuationToken;
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

async function filesOfManifest(s3: S3Client, from: string, needsLength: boolean): Promise<readonly S3File[]> {
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

async function isThere(s3: S3Client, { bucket, key }: S3File): Promise<boolean> {
  const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }));
  return page.Contents?.[0]?.Key === key;
}

async function readText(s3: S3Client, file: S3File): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await openFile(s3, file)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

export async function openFile(s3: S3Client, file: S3File): Promise<Readable> {
  const { Body: body, ContentLength: length } = await s3
    .send(new GetObjectCommand({ Bucket: file.bucket, Key: file.key }))
    .catch((error: unknown) => refuse(error, file.url));
  if (file.contentLength !== undefined && length !== file.contentLength) {
    throw new RedshiftError(`The file ${file.url} has ${length} bytes; the manifest says ${file.contentLength}`);
  }
  if (!(body instanceof Readable)) throw new RedshiftError(`The file ${file.url} could not be opened`);
  return body;
}

export async function downloadFile(s3: S3Client, file: S3File, path: string): Promise<void> {
  await pipeline(await openFile(s3, file), createWriteStream(path));
}

function refuse(error: unknown, url: string): never {
  if (!(error instanceof S3ServiceException)) throw error;
  throw new RedshiftError(
    `S3ServiceException:${error.message},Status ${error.$metadata.httpStatusCode},Error ${error.name}`,
    {
      detail: `reading ${url}`,
    },
  );
}
