import { mkdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';

import type { ConvertRequest, Converted, Converter } from '#tasks/parquet';

import type { Arrival } from '../archive/arrival.ts';
import { archiveTree } from '../archive/archive-tree.ts';
import type { Spooled } from '../archive/spool.ts';
import type { ExtractKind } from '../files/extract-kind.ts';
import { type ArchiveContent, planMember } from './plan-extracts.ts';
import { isDescribed, readArchive } from './read-archive.ts';
import { type ConversionTools, conversionOf } from './stage-extract.ts';

export interface EarlyOptions extends ConversionTools {
  readonly archive: string;
  readonly kind: ExtractKind;
  readonly converter: Pick<Converter, 'convert'>;
  /** Bytes of the members that are worth it; more than the most are none that an archive may have. */
  readonly bytes: { readonly least: number; readonly most: number };
  /** Most conversions under way. */
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

interface Early {
  readonly stop: AbortController;
  /** Undefined where the members before it do not say how. */
  readonly request: Promise<ConvertRequest | undefined>;
  readonly converted: Promise<Converted | undefined>;
}

/**
 * Converts large members while the archive is still being unpacked, so that no processor waits for gunzip. How is told by the members before,
 * and is sure only when the whole archive has been read and planned: then each conversion is asked for once more, and what was
 * begun is given where it is the very same. Everything else is thrown away, and nothing leaves the local folder before.
 */
export class EarlyConversions implements Pick<Converter, 'convert'>, AsyncDisposable {
  readonly #options: EarlyOptions;
  readonly #begun = new Map<string, Early>();
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  #underWay = 0;
  /** Read once, whatever comes of it. */
  #content: Promise<ArchiveContent> | undefined;

  constructor(options: EarlyOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#closing.signal]);
  }

  /** Takes note of a member that begins to be unpacked behind others. */
  begin(member: Spooled, arrival: Arrival, before: readonly Spooled[]): void {
    const { bytes, atOnce } = this.#options;
    if (member.bytes < bytes.least || member.bytes > bytes.most || this.#underWay >= atOnce) return;
    const stop = new AbortController();
    const request = this.#plan(member, [...before]);
    const either = AbortSignal.any([this.#signal, stop.signal]);
    const converted = request.then((known) => this.#convert(known, arrival, either));
    this.#underWay += 1;
    // Who asks for the conversion hears of its failure; where nobody does, the archive has failed already.
    void converted.catch(() => {}).then(() => (this.#underWay -= 1));
    this.#begun.set(member.path, { stop, request, converted });
  }

  async convert(request: ConvertRequest): Promise<Converted> {
    const early = this.#begun.get(request.source);
    const known = await early?.request;
    if (early !== undefined && known !== undefined && isSame(known, request)) {
      const converted = await settled(early, request.signal);
      if (converted !== undefined) return converted;
    }
    early?.stop.abort();
    return this.#options.converter.convert(request);
  }

  /** Stops what nobody asked for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([...this.#begun.values()].map(({ converted }) => converted));
  }

  async #plan(member: Spooled, before: readonly Spooled[]): Promise<ConvertRequest | undefined> {
    const { archive, kind } = this.#options;
    try {
      if (!isDescribed(archiveTree(before, archive), kind)) return undefined;
      this.#content ??= readArchive(before, { archive, kind, signal: this.#signal });
      const tree = archiveTree([...before, member], archive);
      const planned = planMember({ ...(await this.#content), tree }, member);
      return planned === undefined ? undefined : conversionOf(planned, member, this.#options);
    } catch {
      // What is missing may come later; what is wrong is told when the whole archive is read.
      return undefined;
    }
  }

  async #convert(
    request: ConvertRequest | undefined,
    arriving: Arrival,
    signal: AbortSignal,
  ): Promise<Converted | undefined> {
    if (request === undefined) return undefined;
    await mkdir(request.directory, { recursive: true });
    return this.#options.converter.convert({ ...request, arriving, signal });
  }
}

/** Whatever differs but where the files lie: the values could. */
function isSame(early: ConvertRequest, asked: ConvertRequest): boolean {
  const { directory: _here, ...known } = early;
  const { directory: _there, signal: _signal, ...wanted } = asked;
  return isDeepStrictEqual(known, wanted);
}

async function settled({ stop, converted }: Early, signal: AbortSignal | undefined): Promise<Converted | undefined> {
  const give = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', give);
  if (signal?.aborted === true) give();
  try {
    return await converted;
  } finally {
    signal?.removeEventListener('abort', give);
  }
}
