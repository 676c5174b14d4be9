import type { Column } from '#framework';

import type { TruthTable } from '../vault/index.ts';

type VaultType = TruthTable['columns'][number]['vaultType'];

/** How a column of the truth is read back from the target as text. */
export function columnOf(name: string, vaultType: VaultType): Column {
  return { name, type: KINDS[vaultType] ?? { kind: 'text', bytes: 65_535 } };
}

/** The Vault's CSV text in the one form that both sides are compared in; the empty text is NULL. */
export function exactText(value: string, vaultType: VaultType): string | null {
  if (value === '') return null;
  const kind = KINDS[vaultType]?.kind;
  if (kind === 'decimal') return plainNumber(value);
  return kind === 'timestamp' ? new Date(value).toISOString() : value;
}

const DECIMAL = { kind: 'decimal', precision: 38, scale: 0 } as const;

const KINDS: Readonly<Partial<Record<string, Column['type']>>> = {
  Number: DECIMAL,
  Boolean: { kind: 'boolean' },
  Date: { kind: 'date' },
  DateTime: { kind: 'timestamp' },
};

/** `-0012.50` becomes `-12.5`: digits by text alone, never through a float. */
function plainNumber(text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const rest = fraction.replace(/0+$/, '');
  const number = rest === '' ? digits : `${digits}.${rest}`;
  return sign === '-' && /[1-9]/.test(number) ? `-${number}` : number;
}
