import { quoteLiteral, quoteName } from './names.ts';
import { RedshiftError } from './redshift-error.ts';
import type { Token } from './tokenize.ts';

/** A name with an optional schema (and database). */
export interface QualifiedName {
  readonly parts: readonly string[];
}

/** Reads a statement from left to right. Every `take` moves on; a wrong token is a syntax error as Redshift words it. */
export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  isWord(...words: readonly string[]): boolean {
    return words.every((word, ahead) => isWord(this.peek(ahead), word));
  }

  isSymbol(symbol: string): boolean {
    return isSymbol(this.peek(), symbol);
  }

  /** Takes these words if they all come next. */
  takeWord(...words: readonly string[]): boolean {
    const found = this.isWord(...words);
    if (found) this.#at += words.length;
    return found;
  }

  takeSymbol(symbol: string): boolean {
    const found = this.isSymbol(symbol);
    if (found) this.#at += 1;
    return found;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) throw this.syntaxError();
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.syntaxError();
  }

  take(): Token {
    const token = this.peek();
    if (token === undefined) throw this.syntaxError();
    this.#at += 1;
    return token;
  }

  /** A table, column or other name, in lower case. */
  name(): string {
    const token = this.peek();
    if (token?.kind !== 'word' && token?.kind !== 'name') throw this.syntaxError();
    this.#at += 1;
    return token.value;
  }

  qualifiedName(): QualifiedName {
    const parts = [this.name()];
    while (this.takeSymbol('.')) parts.push(this.name());
    return { parts };
  }

  literal(): string {
    const token = this.peek();
    if (token?.kind !== 'string') throw this.syntaxError();
    this.#at += 1;
    return token.value;
  }

  integer(): number {
    const token = this.peek();
    if (token?.kind !== 'number' || !/^\d+$/.test(token.value)) throw this.syntaxError();
    this.#at += 1;
    return Number(token.value);
  }

  /** `( … )` with everything between, the brackets left out. */
  bracketed(): Token[] {
    this.expectSymbol('(');
    const inside = this.until((token) => isSymbol(token, ')'));
    this.expectSymbol(')');
    return inside;
  }

  /** Tokens up to the first one, outside brackets, for which `stops` holds, or to the end. */
  until(stops: (token: Token) => boolean): Token[] {
    const taken: Token[] = [];
    let depth = 0;
    for (let token = this.peek(); token !== undefined; token = this.peek()) {
      if (depth === 0 && stops(token)) break;
      if (isSymbol(token, '(')) depth += 1;
      if (isSymbol(token, ')')) depth -= 1;
      if (depth < 0) break;
      taken.push(token);
      this.#at += 1;
    }
    return taken;
  }

  rest(): Token[] {
    const rest = this.#tokens.slice(this.#at);
    this.#at = this.#tokens.length;
    return rest;
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw this.syntaxError();
  }

  syntaxError(): RedshiftError {
    return syntaxErrorAt(this.peek());
  }
}

export function syntaxErrorAt(token: Token | undefined): RedshiftError {
  if (token === undefined) return new RedshiftError('syntax error at end of input');
  return new RedshiftError(`syntax error at or near "${token.text}"`, { position: token.start + 1 });
}

export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.value === word;
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.value === symbol;
}

/** Splits at commas that stand outside brackets. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  if (tokens.length === 0) return [];
  const cursor = new Cursor(tokens);
  const parts: Token[][] = [];
  do parts.push(cursor.until((token) => isSymbol(token, ',')));
  while (cursor.takeSymbol(','));
  return parts;
}

export function renderName(name: QualifiedName): string {
  return name.parts.map(quoteName).join('.');
}

/** The text for PostgreSQL. */
export function render(tokens: readonly Token[]): string {
  return tokens.map(renderToken).join(' ');
}

function renderToken(token: Token): string {
  switch (token.kind) {
    case 'name':
      return quoteName(token.value);
    case 'string':
      return quoteLiteral(token.value);
    case 'word':
      return Buffer.byteLength(token.value) > 63 ? quoteName(token.value) : token.text;
    case 'parameter':
      throw syntaxErrorAt({ ...token, text: ':' });
    case 'number':
    case 'symbol':
    case 'postgres':
      return token.text;
  }
}

export function postgresToken(text: string): Token {
  return { kind: 'postgres', value: text, text, start: 0 };
}
