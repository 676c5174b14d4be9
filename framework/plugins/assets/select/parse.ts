import { type Token, tokens, unreadable } from './tokens.ts';

export const FIELDS = ['key', 'group', 'kind', 'owner', 'tag', 'dag'] as const;
export type Field = (typeof FIELDS)[number];

/** What a selection asks for. */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'match'; readonly field: Field; readonly pattern: string; readonly at: number }
  | { readonly kind: 'not'; readonly of: Selection }
  | { readonly kind: 'and' | 'or'; readonly left: Selection; readonly right: Selection }
  /** So many steps up and down from what `of` selects. */
  | { readonly kind: 'around'; readonly of: Selection; readonly up: number; readonly down: number };

/** @throws DataFailure `E_ASSET_SELECTION` */
export function parseSelection(text: string): Selection {
  const reader = new Reader(text);
  if (text.trim() === '') return { kind: 'all' };
  const selection = reader.or();
  if (reader.next.kind !== 'end') throw reader.unexpected('and, or, or the end');
  return selection;
}

/** So deep parentheses and `not` may be nested; nobody writes more by hand. */
const MOST_NESTED = 50;

/** Recursive descent; two terms beside each other are joined by `and`. */
class Reader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokens(text);
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', at: this.#text.length };
  }

  or(): Selection {
    let left = this.#and();
    while (this.#took('or')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Selection {
    let left = this.#not();
    while (this.#took('and') || BEGINS.has(this.next.kind)) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Selection {
    if (this.next.kind !== 'not') return this.#around();
    return this.#nested(() => ({ kind: 'not', of: this.#not() }));
  }

  #around(): Selection {
    const steps = this.next.kind === 'number' ? Number(this.#take().text) : Infinity;
    const up = this.#took('plus') ? steps : 0;
    const of = this.#one();
    const down = this.#below();
    return up === 0 && down === 0 ? of : { kind: 'around', of, up, down };
  }

  /** `+` or `+2`, without a space between. */
  #below(): number {
    const before = this.#tokens[this.#at - 1];
    const { kind, at } = this.next;
    if (kind !== 'plus' || before === undefined || at !== before.at + before.text.length) return 0;
    this.#take();
    const after = this.next;
    if (after.at !== at + 1 || !/^\d+$/.test(after.text)) return Infinity;
    this.#take();
    return Number(after.text);
  }

  #one(): Selection {
    if (this.next.kind === 'open') {
      return this.#nested(() => {
        const inner = this.or();
        if (!this.#took('close')) throw this.unexpected('")"');
        return inner;
      });
    }
    if (this.next.kind !== 'term') throw this.unexpected('a key, or a term such as group:veeva');
    return this.#term(this.#take());
  }

  /** Reads what stands behind the next token. */
  #nested(read: () => Selection): Selection {
    const { at } = this.#take();
    if (this.#depth === MOST_NESTED) throw unreadable(this.#text, at, `it is nested more than ${MOST_NESTED} deep`);
    this.#depth += 1;
    const selection = read();
    this.#depth -= 1;
    return selection;
  }

  #term({ text, at }: Token): Selection {
    const [, name, quoted, plain] = /^(?:([A-Za-z]+):)?(?:"([^"]*)"|(.*))$/.exec(text) ?? [];
    const field = FIELDS.find((known) => known === (name ?? 'key'));
    if (field === undefined)
      throw unreadable(this.#text, at, `assets have no "${name ?? ''}", only ${FIELDS.join(', ')}`);
    const pattern = quoted ?? plain ?? '';
    if (pattern === '') throw unreadable(this.#text, at, `"${text}" names nothing`);
    return { kind: 'match', field, pattern, at };
  }

  unexpected(expected: string): Error {
    const { kind, text, at } = this.next;
    return unreadable(this.#text, at, `expected ${expected}, found ${kind === 'end' ? 'the end' : `"${text}"`}`);
  }

  #took(kind: Token['kind']): boolean {
    if (this.next.kind !== kind) return false;
    this.#take();
    return true;
  }

  #take(): Token {
    const token = this.next;
    this.#at += 1;
    return token;
  }
}

const BEGINS: ReadonlySet<Token['kind']> = new Set(['open', 'plus', 'not', 'number', 'term']);
