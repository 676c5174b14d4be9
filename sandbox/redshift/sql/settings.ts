import { type Cursor, render } from './cursor.ts';
import { quoteLiteral } from './names.ts';
import { type Prepared, prepared } from './prepared.ts';
import { RedshiftError } from './redshift-error.ts';

const SHARED_WITH_POSTGRES = new Set([
  'search_path',
  'statement_timeout',
  'timezone',
  'datestyle',
  'extra_float_digits',
  'client_encoding',
  'application_name',
]);
const NOT_HERE = new Set(['enable_case_sensitive_identifier', 'describe_field_name_in_uppercase']);

export function prepareSet(cursor: Cursor): Prepared {
  cursor.takeWord('session');
  const scope = cursor.takeWord('local') ? 'local ' : '';
  const name = settingName(cursor);
  if (!cursor.takeSymbol('=')) cursor.expectWord('to');
  const value = cursor.rest();
  if (SHARED_WITH_POSTGRES.has(name))
    return prepared('SET', `set ${scope}${name} to ${render(value)}`, { touchesSession: true });
  const text = value.map((token) => token.value).join(' ');
  return prepared('SET', `set ${scope}${held(name)} to ${quoteLiteral(text)}`, { touchesSession: true });
}

export function prepareReset(cursor: Cursor): Prepared {
  if (cursor.takeWord('all')) return prepared('RESET', 'reset all', { touchesSession: true });
  return prepared('RESET', `reset ${held(settingName(cursor))}`, { touchesSession: true });
}

export function prepareShow(cursor: Cursor): Prepared {
  const name = cursor.name();
  cursor.expectEnd();
  if (NOT_HERE.has(name)) return prepared('SHOW', `select 'off' as "${name}"`);
  return prepared('SHOW', `select current_setting(${quoteLiteral(held(name))}, true) as "${name}"`);
}

function settingName(cursor: Cursor): string {
  const name = cursor.name();
  if (NOT_HERE.has(name)) throw new RedshiftError(`the Redshift stand-in does not know the setting "${name}"`);
  return name;
}

/** A setting that only Redshift knows is held under a prefix; it has no effect. */
function held(name: string): string {
  return SHARED_WITH_POSTGRES.has(name) ? name : `redshift.${name}`;
}
