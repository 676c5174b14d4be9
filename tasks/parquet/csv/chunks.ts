const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/** A part of a file, in bytes: [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A span and what is known about its first byte. */
export interface Chunk extends Span {
  /**
   * `record`: a record begins here. Otherwise the first record that belongs to the chunk begins behind the first line
   * feed outside quotes, and this says on which side of a quote the chunk begins.
   */
  readonly opens: 'record' | 'outside' | 'inside';
}

const NOTHING: Span = { start: 0, end: 0 };

/** Cuts [from, to) into spans of `size` bytes, wherever that falls. */
export function cut(from: number, to: number, size: number): Span[] {
  const count = Math.max(1, Math.ceil((to - from) / size));
  return Array.from({ length: count }, (_, index) => ({
    start: from + index * size,
    end: Math.min(to, from + (index + 1) * size),
  }));
}

/**
 * Turns spans into chunks, each when it is asked for: that needs all bytes before it. In well-formed CSV a byte is
 * inside quotes exactly when an odd number of quotes lies before it, doubled ones included; a file that breaks this
 * is refused by the chunk that holds the first stray quote.
 */
export class Chunks {
  readonly #spans: readonly Span[];
  readonly #isOdd: (span: Span) => Promise<boolean>;
  readonly #insides: Promise<boolean>[] = [];

  /** @param isOdd whether a span holds an odd number of quotes; asked at most once for each */
  constructor(spans: readonly Span[], isOdd: (span: Span) => Promise<boolean>) {
    this.#spans = spans;
    this.#isOdd = isOdd;
  }

  async chunk(index: number): Promise<Chunk> {
    const span = this.#spans[index] ?? NOTHING;
    if (index === 0) return { ...span, opens: 'record' };
    return { ...span, opens: (await this.#inside(index)) ? 'inside' : 'outside' };
  }

  #inside(index: number): Promise<boolean> {
    return (this.#insides[index] ??= this.#findInside(index));
  }

  async #findInside(index: number): Promise<boolean> {
    const before = this.#spans[index - 1];
    return before !== undefined && (await this.#inside(index - 1)) !== (await this.#isOdd(before));
  }
}

/** Position behind the first line feed outside quotes, or -1; `inside` tells where the bytes begin. */
export function firstRecord(bytes: Buffer, inside: boolean): number {
  let quoted = inside;
  for (let position = 0; position < bytes.length; position += 1) {
    const byte = bytes[position];
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === LINE_FEED && !quoted) return position + 1;
  }
  return -1;
}
