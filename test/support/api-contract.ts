import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';

/** The OpenAPI document of a dashboard, as far as the contract of its answers goes. */
const Operation = z.object({
  summary: z.string(),
  /** Absent where nobody has to be anybody. */
  'x-role': z.enum(['viewer', 'operator', 'admin']).optional(),
  responses: z.record(
    z.string(),
    z.object({ content: z.record(z.string(), z.object({ schema: z.json() })).optional() }),
  ),
});
const Document = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), z.json()) }),
});

export interface ApiContract {
  /** `GET /runs/{id}` and all others. */
  readonly operations: readonly string[];
  readonly roleOf: (operation: string) => string | undefined;
  /** What the answer of an operation gets wrong; nothing where it keeps the contract. */
  readonly faults: (operation: string, status: number, answer: unknown) => readonly string[];
}

export async function apiContract(url: string): Promise<ApiContract> {
  const response = await fetch(`${url}/api/v1/openapi.json`);
  const { paths, components } = Document.parse(await response.json());
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': INSTANT } });
  ajv.addSchema({ $id: 'openapi', components });
  const known = new Map<string, z.infer<typeof Operation>>(
    Object.entries(paths).flatMap(([path, of]) =>
      Object.entries(of).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  );
  const operationOf = (name: string): z.infer<typeof Operation> => {
    const found = known.get(name);
    if (found === undefined) throw new Error(`The document has no ${name}.`);
    return found;
  };
  return {
    operations: [...known.keys()],
    roleOf: (name) => operationOf(name)['x-role'],
    faults: (name, status, answer) => {
      const { responses } = operationOf(name);
      const { content } = responses[String(status)] ?? responses['default'] ?? {};
      const schema = Object.values(content ?? {})[0]?.schema;
      const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components');
      const validate = ajv.compile(z.record(z.string(), z.unknown()).parse(JSON.parse(text)));
      if (validate(answer)) return [];
      return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
    },
  };
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
