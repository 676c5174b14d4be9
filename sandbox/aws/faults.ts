import { z } from 'zod';

/** Misbehaviour of a stand-in that somebody asked for. */
export interface Fault<Kind extends string> {
  readonly kind: Kind;
  /** How many requests it strikes; 1 when absent. */
  readonly count?: number | undefined;
  /** Keys, topics or names it strikes, `*` standing for any text; all when absent. */
  readonly key?: string | undefined;
  /** The vendor's name of the operation, such as `PutObject`; any when absent. */
  readonly operation?: string | undefined;
}

interface Pending<Kind extends string> {
  readonly fault: Fault<Kind>;
  left: number;
}

/** Faults in the order in which they were asked for; each strikes as often as it says. */
export class Faults<Kind extends string> {
  readonly #schema: z.ZodType<Fault<Kind>>;
  #pending: Pending<Kind>[] = [];

  constructor(kinds: readonly Kind[]) {
    this.#schema = z.strictObject({
      kind: z.enum(kinds),
      count: z.int().positive().optional(),
      key: z.string().optional(),
      operation: z.string().optional(),
    });
  }

  add(fault: Fault<Kind>): void {
    this.#pending.push({ fault, left: fault.count ?? 1 });
  }

  /** For faults that arrive over HTTP. @throws z.ZodError when it is not a fault */
  addUnknown(fault: unknown): void {
    this.add(this.#schema.parse(fault));
  }

  clear(): void {
    this.#pending = [];
  }

  get pending(): readonly Fault<Kind>[] {
    return this.#pending.map(({ fault, left }) => ({ ...fault, count: left }));
  }

  /** The fault that strikes this request, counted down. */
  take(operation: string, key: string): Kind | undefined {
    const struck = this.#pending.find(
      ({ fault }) => (fault.operation ?? operation) === operation && matches(fault.key ?? '*', key),
    );
    if (struck === undefined) return undefined;
    struck.left -= 1;
    this.#pending = this.#pending.filter(({ left }) => left > 0);
    return struck.fault.kind;
  }
}

function matches(pattern: string, key: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(String.raw`[\s\S]*`)}$`).test(key);
}
