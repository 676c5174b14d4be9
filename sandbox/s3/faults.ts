import { z } from 'zod';

export const S3_FAULTS = [
  /** 503 SlowDown before anything is done. */
  'slow_down',
  /** 500 InternalError before anything is done. */
  'internal_error',
  /** 409 ConditionalRequestConflict before anything is done. */
  'conflict',
  /** The connection is reset in the middle of the body: of the answer for a GET, of the request for a write. */
  'reset',
  /** The work is done and committed, and the connection is reset instead of an answer. */
  'lost_response',
  /** 200 with an error document, as CopyObject and CompleteMultipartUpload can answer. */
  'error_in_ok',
] as const;
export type S3FaultKind = (typeof S3_FAULTS)[number];

const Fault = z.strictObject({
  kind: z.enum(S3_FAULTS),
  /** How many requests it strikes. */
  count: z.int().positive().default(1),
  /** Keys it strikes, `*` standing for any text; all when absent. */
  key: z.string().default('*'),
  /** S3's name of the operation, such as `PutObject`; any when absent. */
  operation: z.string().optional(),
});
export type S3Fault = z.input<typeof Fault>;

/** Misbehaviour that was asked for, in the order in which it was asked. */
export class S3Faults {
  #pending: z.output<typeof Fault>[] = [];

  /** @throws z.ZodError when it is not a fault */
  add(fault: unknown): void {
    this.#pending.push(Fault.parse(fault));
  }

  clear(): void {
    this.#pending = [];
  }

  get pending(): readonly S3Fault[] {
    return this.#pending;
  }

  /** The fault that strikes this request, counted down. */
  take(operation: string, key: string): S3FaultKind | undefined {
    const fault = this.#pending.find((item) => (item.operation ?? operation) === operation && matches(item.key, key));
    if (fault === undefined) return undefined;
    fault.count -= 1;
    if (fault.count === 0) this.#pending = this.#pending.filter((item) => item !== fault);
    return fault.kind;
  }
}

function matches(pattern: string, key: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`).test(key);
}
