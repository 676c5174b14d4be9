import { ReadableStream } from 'node:stream/web';
import { parentPort } from 'node:worker_threads';

import { type ArchiveRefusal, RefusedArchive } from './refused-archive.ts';
import { type Spooled, type SpoolRequest, spoolArchive } from './spool.ts';

/** What the thread is given, in this order. */
export type Given =
  | { readonly kind: 'open'; readonly request: SpoolRequest }
  | { readonly kind: 'gulp'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' };

/** What the thread tells. */
export type Told =
  /** The memory of the oldest gulp may be filled again. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'begun'; readonly member: Spooled }
  | { readonly kind: 'arrived'; readonly bytes: number }
  | { readonly kind: 'spooled'; readonly members: readonly Spooled[] }
  | ({ readonly kind: 'refused' } & ArchiveRefusal)
  /** An error loses what the operating system said on its way between threads. */
  | {
      readonly kind: 'broken';
      readonly error: unknown;
      readonly system: Pick<NodeJS.ErrnoException, 'code' | 'syscall'>;
    };

/** Who converts what has arrived takes megabytes at a time. */
const TOLD_BYTES = 1024 * 1024;

let arrived = 0;
/** The archive is refused; bytes of it may still be on their way. */
let isOver = false;

const gulps = new ReadableStream<Uint8Array>({
  start: (feed) => {
    parentPort?.on('message', (given: Given) => {
      if (given.kind === 'open') void work(given.request);
      else if (isOver) return;
      else if (given.kind === 'gulp') feed.enqueue(given.bytes);
      else feed.close();
    });
  },
  cancel: () => {
    isOver = true;
  },
});

async function work(request: SpoolRequest): Promise<void> {
  try {
    const members = await spoolArchive(taken(), request, { listener: { begun, arrived: onArrived } });
    tellArrived();
    tell({ kind: 'spooled', members });
  } catch (error) {
    tell(refusalOf(error));
  }
}

async function* taken(): AsyncGenerator<Uint8Array> {
  for await (const gulp of gulps) {
    yield gulp;
    tell({ kind: 'taken' });
  }
}

function begun(member: Spooled): void {
  tellArrived();
  tell({ kind: 'begun', member });
}

function onArrived(bytes: number): void {
  arrived += bytes;
  if (arrived >= TOLD_BYTES) tellArrived();
}

function tellArrived(): void {
  if (arrived > 0) tell({ kind: 'arrived', bytes: arrived });
  arrived = 0;
}

function tell(told: Told): void {
  parentPort?.postMessage(told, []);
}

function refusalOf(error: unknown): Told {
  if (!(error instanceof RefusedArchive)) return { kind: 'broken', error, system: systemOf(error) };
  const { code, message, details } = error;
  return { kind: 'refused', code, message, details };
}

function systemOf(error: unknown): Pick<NodeJS.ErrnoException, 'code' | 'syscall'> {
  if (!(error instanceof Error)) return {};
  const { code, syscall }: NodeJS.ErrnoException = error;
  return { ...(code === undefined ? {} : { code }), ...(syscall === undefined ? {} : { syscall }) };
}
