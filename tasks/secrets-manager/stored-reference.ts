import { ConfigFailure, Secret } from '#framework';

/** A stored secret, or one field of a stored JSON object. */
export interface StoredReference {
  readonly arn: string;
  readonly region: string;
  readonly field: string | undefined;
}

const ARN = /^arn:aws[a-z-]*:secretsmanager:(?<region>[a-z0-9-]+):\d{12}:secret:[A-Za-z0-9/_+=.@-]+$/;

/**
 * Reads `arn:aws:secretsmanager:region:account:secret:name-abc123#field`; the field may be absent.
 * @throws ConfigFailure `E_SECRET_REFERENCE`
 */
export function readReference(text: string): StoredReference {
  const mark = text.indexOf('#');
  const arn = mark < 0 ? text : text.slice(0, mark);
  const field = mark < 0 ? undefined : text.slice(mark + 1);
  const region = ARN.exec(arn)?.groups?.['region'];
  if (region !== undefined && field !== '') return { arn, region, field };
  throw new ConfigFailure(
    'E_SECRET_REFERENCE',
    `Cannot read the secret reference "${text}". Expected arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME, with #FIELD behind it for one field of a JSON secret.`,
  );
}

/** The secret's text, or the named field of its JSON. Messages name fields, never values. */
export function secretOf(stored: string, { arn, field }: StoredReference): Secret {
  if (field === undefined) return new Secret(stored);
  const value = fieldsOf(stored)?.get(field);
  if (typeof value === 'string' || typeof value === 'number') return new Secret(String(value));
  const fields = fieldsOf(stored);
  const found = fields === undefined ? 'it is not a JSON object' : `its fields are ${[...fields.keys()].join(', ')}`;
  throw new ConfigFailure(
    'E_SECRET_FIELD',
    `The secret ${arn} has no text in the field "${field}": ${found}. Correct the part after # in the settings.`,
  );
}

function fieldsOf(stored: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(stored);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? new Map(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}
