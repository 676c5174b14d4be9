import { type Conversion, type FitCheck, conversionOf } from '#framework';

import { type Statement, literal, plainText, quote } from '../text.ts';
import { type StagedFiles, stagedValues } from './stage.ts';

/** A value of the column that its new type cannot hold, and the key of its row. */
export function findMisfit(check: FitCheck): Statement {
  return find(check, quote(check.table));
}

/** The same among the values of staged files. */
export function findStagedMisfit(check: FitCheck, files: StagedFiles): Statement {
  return find(check, `(${stagedValues(files)})`);
}

function find({ table, column, from, to, key }: FitCheck, source: string): Statement {
  const text = plainText(`here.${quote(column)}`, from);
  const names = key.map(({ name, type }) => plainText(`here.${quote(name)}`, type));
  return {
    name: `look for values of ${table}.${column} that do not fit`,
    sql: `
      select ${[`left(${text}, 200)`, ...names].join(', ')}
      from ${source} as here
      where here.${quote(column)} is not null and ${condition(conversionOf(from, to), text)}
      limit 1
    `,
  };
}

function condition(conversion: Conversion, text: string): string {
  switch (conversion.kind) {
    case 'all':
      return 'false';
    case 'matching':
      return `not regexp_full_match(${text}, ${literal(conversion.pattern)})`;
    case 'short':
      return `strlen(${text}) > ${conversion.bytes}`;
    case 'none':
      return 'true';
  }
}
