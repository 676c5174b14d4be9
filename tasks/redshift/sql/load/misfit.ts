import { type Conversion, type FitCheck, conversionOf } from '#framework';

import { type Statement, lines, literal, plainText, qualified, quote } from '../text.ts';

/** A value of the column that its new type cannot hold, and the key of its row. */
export function findMisfit(check: FitCheck, at: { readonly schema: string; readonly source: string }): Statement {
  const { column, from, to, key } = check;
  // The first piece of a long text: it may be longer than any VARCHAR.
  const text =
    from.kind === 'long_text' ? `cast(${quote(column)}[0] as varchar(65535))` : plainText(quote(column), from);
  const names = key.map(({ name, type }) => plainText(quote(name), type));
  return {
    name: `look for values of ${check.table}.${column} that do not fit`,
    sql: lines(
      `select ${[`substring(${text}, 1, 200)`, ...names].join(', ')}`,
      `from ${qualified(at.schema, at.source)}`,
      `where ${quote(column)} is not null`,
      condition(conversionOf(from, to), text),
      'limit 1',
    ),
  };
}

function condition(conversion: Conversion, text: string): string {
  switch (conversion.kind) {
    case 'all':
      return 'and false';
    case 'matching':
      return `and ${text} !~ ${literal(`^(${conversion.pattern})$`)}`;
    case 'short':
      return `and octet_length(${text}) > ${conversion.bytes}`;
    case 'none':
      return '';
  }
}
