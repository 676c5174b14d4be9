import type { LoadReceiptJson } from '../../../../server/api/shapes/receipt.ts';

interface ReceiptFacts {
  /** In the order in which people ask; null where the target does not tell. */
  readonly facts: Readonly<Record<string, string | null>>;
  /** Lists the rows that the load left out. */
  readonly command: string | null;
  /** What has parts of its own. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/** What a receipt says in single values, by words for people, and what it says at length. */
export function receiptFacts({ outcome, rows, tables, loaded, details }: LoadReceiptJson): ReceiptFacts {
  const sum = (of: (table: LoadReceiptJson['loaded'][number]) => number): string | null =>
    loaded.length === 0 ? null : loaded.reduce((total, table) => total + of(table), 0).toLocaleString('en');
  const { quarantineCommand: command, ...more } = details;
  const entries = Object.entries(more).filter(([, value]) => !isEmpty(value));
  const single = entries.filter(([, value]) => typeof value !== 'object');
  return {
    facts: {
      Outcome: outcome === null ? null : wordsOf(outcome),
      Rows: rows?.toLocaleString('en') ?? null,
      Tables: tables?.toLocaleString('en') ?? null,
      'Inserted or updated': sum(({ written }) => written),
      Deleted: sum(({ deleted }) => deleted),
      ...Object.fromEntries(single.map(([name, value]) => [wordsOf(name), singleText(value)])),
    },
    command: typeof command === 'string' ? command : null,
    rest: Object.fromEntries(entries.filter(([, value]) => typeof value === 'object')),
  };
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function singleText(value: unknown): string {
  return typeof value === 'number' ? value.toLocaleString('en') : String(value);
}

/** `already_loaded` and `replacedValues` as people say them. */
function wordsOf(name: string): string {
  const words = name.replaceAll('_', ' ').replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
