import { z } from 'zod';

import type { Temporal } from '#framework';
import type { Access, Role, Windrow } from '#framework/operate';

import type { AssetDesk } from './assets/asset-desk.ts';
import { Problem, unusable } from './problem.ts';

/** What every endpoint works with. */
export interface Asked {
  readonly windrow: Windrow;
  /** Undefined where the project has none. */
  readonly assets: AssetDesk | undefined;
  readonly access: Access;
  /** Who asks, for the history. */
  readonly actor: string;
}

interface Common {
  /** Express's form: `/runs/:id`. */
  readonly path: string;
  readonly summary: string;
  /** What somebody must be to ask. */
  readonly role: Role;
  readonly params: z.ZodObject;
}

/** One thing that the API answers; routes and the OpenAPI document are made from it. */
export type Endpoint = Common & {
  readonly answer: z.ZodType;
  /** Reads the parts of a request, runs, and gives the JSON. @throws Problem */
  readonly answerTo: (asked: Asked, parts: RequestParts) => Promise<unknown>;
} & ({ readonly method: 'get'; readonly query: z.ZodObject } | { readonly method: 'post'; readonly body: z.ZodType });

interface RequestParts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Of an endpoint whose path or query says nothing. */
export const NOTHING = z.strictObject({});

interface ReadDefinition<P extends z.ZodObject, Q extends z.ZodObject, A extends z.ZodType> extends Common {
  readonly params: P;
  readonly query: Q;
  readonly answer: A;
  readonly run: (
    call: Asked & { readonly params: z.output<P>; readonly query: z.output<Q> },
  ) => Promise<Shown<z.output<A>>>;
}

interface WriteDefinition<P extends z.ZodObject, B extends z.ZodType, A extends z.ZodType> extends Common {
  readonly params: P;
  readonly body: B;
  readonly answer: A;
  readonly run: (
    call: Asked & { readonly params: z.output<P>; readonly body: z.output<B> },
  ) => Promise<Shown<z.output<A>>>;
}

/** A value as its shape shows it; ours are read-only. */
export type Shown<T> = T extends Temporal.Instant
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Shown<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Shown<T[Key]> }
      : T;

/** An endpoint that changes nothing. */
export function read<P extends z.ZodObject, Q extends z.ZodObject, A extends z.ZodType>(
  definition: ReadDefinition<P, Q, A>,
): Endpoint {
  const { run, params, query, answer, path, summary, role } = definition;
  return {
    method: 'get',
    path,
    summary,
    role,
    params,
    query,
    answer,
    answerTo: async (asked, parts) => {
      const call = { ...asked, params: readParams(params, parts), query: readPart('query', query, parts) };
      return written(answer, await run(call));
    },
  };
}

/** An endpoint that changes something; with `dryRun` in its body it only says what. */
export function write<P extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>(
  definition: WriteDefinition<P, B, A>,
): Endpoint {
  const { run, params, body, answer, path, summary, role } = definition;
  return {
    method: 'post',
    path,
    summary,
    role,
    params,
    body,
    answer,
    answerTo: async (asked, parts) => {
      const call = { ...asked, params: readParams(params, parts), body: readPart('body', body, parts) };
      return written(answer, await run(call));
    },
  };
}

function readParams<P extends z.ZodObject>(schema: P, { params }: RequestParts): z.output<P> {
  const reading = schema.safeParse(params);
  if (reading.success) return reading.data;
  throw new Problem('E_NOT_FOUND', `There is no such thing: ${z.prettifyError(reading.error)}`);
}

function readPart<S extends z.ZodType>(part: 'query' | 'body', schema: S, parts: RequestParts): z.output<S> {
  const reading = readDeep(part, schema, parts[part]);
  if (reading.success) return reading.data;
  throw unusable(part, reading.error);
}

/** Lists in lists in lists end the stack before they end. */
function readDeep<S extends z.ZodType>(part: string, schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> {
  try {
    return schema.safeParse(value);
  } catch (error) {
    if (error instanceof RangeError) throw new Problem('E_REQUEST_UNUSABLE', `The ${part} is nested too deeply.`);
    throw error;
  }
}

/** What the shape does not name is left out, and an answer of another shape is a fault of ours. */
function written(shape: z.ZodType, value: unknown): unknown {
  return z.encode(shape, value);
}
