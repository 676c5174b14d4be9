import type { Token } from './tokenize.ts';

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

/** Replaces `:name` by a literal. A name without a value stays and becomes a syntax error. */
export function bindParameters(tokens: readonly Token[], parameters: readonly Parameter[]): Token[] {
  const values = new Map(parameters.map(({ name, value }) => [name, value]));
  return tokens.map((token) => {
    const value = token.kind === 'parameter' ? values.get(token.value) : undefined;
    return value === undefined ? token : { ...token, kind: 'string', value };
  });
}

/** The parameters that none of the statements uses. */
export function unusedParameters(
  statements: readonly (readonly Token[])[],
  parameters: readonly Parameter[],
): string[] {
  const used = new Set(statements.flat().flatMap((token) => (token.kind === 'parameter' ? [token.value] : [])));
  return parameters.filter(({ name }) => !used.has(name)).map(({ name }) => name);
}
