import { RemoteFailure } from '#framework';

import type { BucketApi, NewObject, SentPart, UploadAddress } from './client.ts';
import { cut, partBytes } from './part-sizes.ts';

/** Parts on their way at once; with the one being filled, memory is at most this and one times the part size. */
const PARTS_AT_ONCE = 3;

/** Metadata that tells our own completed upload from somebody else's when an answer was lost. */
export const UPLOAD_MARK = 'windrow-upload';

export interface StreamUpload {
  readonly object: NewObject;
  readonly body: AsyncIterable<unknown>;
  /** Names this upload and no other. */
  readonly mark: string;
  readonly sizeOf?: (part: number) => number;
}

/** Stores a stream of any length: in one call when it fits one part, otherwise part by part. */
export async function uploadStream(api: BucketApi, upload: StreamUpload, signal?: AbortSignal): Promise<void> {
  const parts = cut(upload.body, upload.sizeOf ?? partBytes);
  try {
    const first = await parts.next();
    if (first.done === true) return;
    const second = await parts.next();
    if (second.done === true) return await api.put(upload.object, first.value, signal);
    await uploadParts(api, { ...upload, body: joined([first.value, second.value], parts) }, signal);
  } finally {
    // Closes a body that was not read to its end.
    await parts.return(undefined);
  }
}

async function uploadParts(
  api: BucketApi,
  upload: StreamUpload & { readonly body: AsyncIterable<Buffer> },
  signal?: AbortSignal,
): Promise<void> {
  const object = { ...upload.object, metadata: { ...upload.object.metadata, [UPLOAD_MARK]: upload.mark } };
  const address = { key: object.key, id: await api.beginUpload(object, signal) };
  try {
    const parts = await sendParts(api, { address, body: upload.body }, signal);
    const outcome = await api.completeUpload(address, parts, signal);
    if (outcome === 'unknown_upload') await confirmOwn(api, { key: object.key, mark: upload.mark }, signal);
  } catch (error) {
    // Parts that stay behind cost money until a lifecycle rule removes them; the first failure is what people need to see.
    await api.abortUpload(address).catch(() => {});
    throw error;
  }
}

/** The first failure stops the others; all have ended when this returns or throws. */
async function sendParts(
  api: BucketApi,
  sending: { readonly address: UploadAddress; readonly body: AsyncIterable<Buffer> },
  signal?: AbortSignal,
): Promise<readonly SentPart[]> {
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const sent: SentPart[] = [];
  const underWay = new Set<Promise<void>>();
  const send = async (number: number, body: Buffer): Promise<void> => {
    sent[number - 1] = await api.sendPart(sending.address, { number, body }, either);
  };
  try {
    let number = 0;
    for await (const body of sending.body) {
      either.throwIfAborted();
      number += 1;
      const task: Promise<void> = send(number, body).finally(() => underWay.delete(task));
      underWay.add(task);
      if (underWay.size >= PARTS_AT_ONCE) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    return sent;
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(underWay);
    throw error;
  }
}

/** The upload is unknown: either an earlier try completed it and its answer was lost, or somebody removed it. */
async function confirmOwn(
  api: BucketApi,
  own: { readonly key: string; readonly mark: string },
  signal?: AbortSignal,
): Promise<void> {
  const head = await api.findHead(own.key, signal);
  if (head?.metadata[UPLOAD_MARK] === own.mark) return;
  throw new RemoteFailure(
    'E_S3_UPLOAD_LOST',
    `The upload of ${own.key} was removed before it was complete. Store it again.`,
  );
}

async function* joined(first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}
