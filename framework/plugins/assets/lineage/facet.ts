import type { Json } from '#framework';

/** A piece of an event with a schema of its own. */
export interface Facet {
  readonly _producer: string;
  readonly _schemaURL: string;
  readonly [member: string]: Json;
}

const PRODUCER = 'https://github.com/windrow/windrow';

/** `schema` is version and name, such as `1-0-1/ParentRunFacet`. */
export function facet(schema: string, members: Readonly<Record<string, Json>>): Facet {
  const [version = '', name = ''] = schema.split('/');
  return {
    _producer: PRODUCER,
    _schemaURL: `https://openlineage.io/spec/facets/${version}/${name}.json#/$defs/${name}`,
    ...members,
  };
}
facet.producer = PRODUCER;
