import { DataFailure } from '#framework';

export interface Token {
  readonly kind: 'open' | 'close' | 'plus' | 'and' | 'or' | 'not' | 'number' | 'term' | 'end';
  readonly text: string;
  /** From 0. */
  readonly at: number;
}

const PUNCTUATION: Readonly<Record<string, 'open' | 'close' | 'plus'>> = { '(': 'open', ')': 'close', '+': 'plus' };
const WORDS: ReadonlyMap<string, Token['kind']> = new Map([
  ['and', 'and'],
  ['or', 'or'],
  ['not', 'not'],
]);

// A term is one word, with quotes around what would end it: key:"a b", group:veeva, redshift/*.
const TOKEN = /\s*(?:([()+])|(\d+)(?=\+)|((?:[A-Za-z]+:)?"[^"]*"|[^\s()+"]+)|$)/y;

/** @throws DataFailure `E_ASSET_SELECTION` */
export function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw unreadable(text, from + leading(text.slice(from)), 'this quote is never closed');
    const [whole, punctuation, number, word] = match;
    const at = from + leading(whole);
    if (punctuation !== undefined) found.push({ kind: PUNCTUATION[punctuation] ?? 'plus', text: punctuation, at });
    else if (number !== undefined) found.push({ kind: 'number', text: number, at });
    else if (word !== undefined) found.push({ kind: WORDS.get(word) ?? 'term', text: word, at });
  }
  return [...found, { kind: 'end', text: '', at: text.length }];
}

/** Shows the place under the text. */
export function unreadable(text: string, at: number, why: string): DataFailure {
  return new DataFailure(
    'E_ASSET_SELECTION',
    `Cannot read the selection of assets: ${why}.\n  ${text}\n  ${' '.repeat(at)}^\n` +
      'Expected for example key:"redshift/*", group:veeva, kind:table, owner:x, tag:k=v, dag:x, +key, key+2, joined by and, or, not and parentheses.',
    { details: { at } },
  );
}

function leading(text: string): number {
  return text.length - text.trimStart().length;
}
