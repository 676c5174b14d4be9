import type { CopyOptions } from './copy-statement.ts';

/** One record of a CSV file. Text is held as bytes: one character for each byte, until a field is decoded. */
export interface CsvRecord {
  readonly fields: readonly string[];
  readonly raw: string;
  /** The line on which the record begins, counted from 1. */
  readonly line: number;
  readonly error?: { readonly code: number; readonly reason: string };
}

const BAD_QUOTES = { code: 1214, reason: 'Invalid quote formatting for CSV' };

type Dialect = Pick<CopyOptions, 'delimiter' | 'quote'>;

/** Cuts a stream of bytes into records; what is not a whole record waits for the next chunk. */
export async function* readRecords(chunks: AsyncIterable<Uint8Array>, dialect: Dialect): AsyncGenerator<CsvRecord> {
  let held = '';
  let line = 1;
  for await (const chunk of chunks) {
    held += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    const reader = new RecordReader(held, dialect, line);
    // The last byte waits: it may be the first half of \r\n or of a doubled quote.
    yield* reader.records(held.length - 1);
    held = held.slice(reader.at);
    line = reader.line;
  }
  const reader = new RecordReader(held, dialect, line);
  yield* reader.records(Number.POSITIVE_INFINITY);
}

class RecordReader {
  at = 0;
  line: number;
  readonly #text: string;
  readonly #dialect: Dialect;

  constructor(text: string, dialect: Dialect, line: number) {
    this.#text = text;
    this.#dialect = dialect;
    this.line = line;
  }

  /** The records that end before `limit`; with an endless limit, also one that the end of the text ends. */
  *records(limit: number): Generator<CsvRecord> {
    while (this.at < this.#text.length) {
      const start = this.at;
      const found = this.#record(limit);
      if (found === undefined) {
        this.at = start;
        return;
      }
      const raw = this.#text.slice(start, this.at).replace(/\r?\n$/, '');
      yield { ...found, raw, line: this.line };
      this.line += countLines(this.#text, start, this.at);
    }
  }

  #record(limit: number): Pick<CsvRecord, 'fields' | 'error'> | undefined {
    const fields: string[] = [];
    for (;;) {
      const field = this.#field();
      if (this.at >= limit) return undefined;
      if (field === undefined) return { fields, error: BAD_QUOTES };
      fields.push(field);
      if (this.#text[this.at] !== this.#dialect.delimiter) break;
      this.at += 1;
    }
    this.at += this.#text.startsWith('\r\n', this.at) ? 2 : 1;
    return { fields };
  }

  /** Undefined where the quotes are wrong; the rest of the line is then skipped. */
  #field(): string | undefined {
    const quoteAt = this.#openingQuote();
    return quoteAt === undefined ? this.#plain() : this.#quoted(quoteAt);
  }

  /** White space between a delimiter and a quote does not count. */
  #openingQuote(): number | undefined {
    const at = this.#skipSpace(this.at);
    return this.#text[at] === this.#dialect.quote ? at : undefined;
  }

  #skipSpace(from: number): number {
    let at = from;
    while ((this.#text[at] === ' ' || this.#text[at] === '\t') && !this.#endsField(at)) at += 1;
    return at;
  }

  #plain(): string {
    const start = this.at;
    while (this.at < this.#text.length && !this.#endsField(this.at)) this.at += 1;
    return this.#text.slice(start, this.at);
  }

  #endsField(at: number): boolean {
    const mark = this.#text[at];
    return (
      mark === this.#dialect.delimiter || mark === '\n' || (mark === '\r' && (this.#text[at + 1] ?? '\n') === '\n')
    );
  }

  #quoted(quoteAt: number): string | undefined {
    const { quote } = this.#dialect;
    let text = '';
    let from = quoteAt + 1;
    for (;;) {
      const end = this.#text.indexOf(quote, from);
      if (end < 0) {
        this.at = this.#text.length;
        return undefined;
      }
      text += this.#text.slice(from, end);
      from = end + 2;
      if (this.#text[end + 1] !== quote) return this.#afterQuote(end + 1, text);
      text += quote;
    }
  }

  #afterQuote(after: number, text: string): string | undefined {
    this.at = this.#skipSpace(after);
    if (this.at >= this.#text.length || this.#endsField(this.at)) return text;
    const end = this.#text.indexOf('\n', this.at);
    this.at = end < 0 ? this.#text.length : end + 1;
    return undefined;
  }
}

function countLines(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
