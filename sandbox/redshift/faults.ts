import { z } from 'zod';

const Often = {
  /** How many times it happens; left out, until the rules change. */
  times: z.number().int().positive().exactOptional(),
};
const Which = {
  /** A regular expression on the statement's text, without regard to case; left out, any statement. */
  matching: z.string().exactOptional(),
};
const Operation = {
  /** `ExecuteStatement`, `DescribeStatement`, …; left out, any. */
  operation: z.string().exactOptional(),
};

/** What a database user may be denied; the words are those of the privilege, not of the statement. */
export const PRIVILEGES = [
  'create_schema',
  'create_table',
  'create_temporary_table',
  'create_procedure',
  'alter_table',
  'drop_table',
  'analyze_table',
] as const;
export type Privilege = (typeof PRIVILEGES)[number];

const Rule = z.discriminatedUnion('kind', [
  /** `exception` is what SDKs retry; `validation` is the serverless form that they do not. */
  z.strictObject({ kind: z.literal('throttling'), form: z.enum(['exception', 'validation']), ...Operation, ...Often }),
  z.strictObject({ kind: z.literal('active_statements_exceeded'), ...Often }),
  z.strictObject({ kind: z.literal('internal_error'), ...Operation, ...Often }),
  /** The call is refused as it stands, whatever it says. */
  z.strictObject({ kind: z.literal('invalid_call'), message: z.string(), ...Operation, ...Which, ...Often }),
  /** The call takes effect, to the end of its statements, and the connection drops instead of an answer. */
  z.strictObject({ kind: z.literal('lost_answer'), ...Operation, ...Which, ...Often }),
  /** The `nth` matching statement from now on fails with `message`. */
  z.strictObject({
    kind: z.literal('fail_statement'),
    nth: z.number().int().positive().default(1),
    message: z.string().exactOptional(),
    ...Which,
    ...Often,
  }),
  z.strictObject({ kind: z.literal('serializable_violation'), ...Which, ...Often }),
  /** The session ends before the matching statement runs; its open transaction is rolled back. */
  z.strictObject({ kind: z.literal('session_loss'), ...Which, ...Often }),
  /** The AWS identity lacks the action; left out, the one of the operation that it calls. */
  z.strictObject({ kind: z.literal('access_denied'), action: z.string().exactOptional(), ...Operation, ...Often }),
  /** The database does not know the user, or the password in the secret is another. */
  z.strictObject({ kind: z.literal('login_refused'), ...Often }),
  /** The database user lacks a privilege, or does not own what it changes. */
  z.strictObject({ kind: z.literal('permission_denied'), privilege: z.enum(PRIVILEGES), ...Often }),
  /** The cluster may not take the role, the role may not read the bucket, or the bucket lies in another region. */
  z.strictObject({ kind: z.literal('copy_refused'), why: z.enum(['role', 'bucket', 'region']), ...Often }),
  /** What SHOW answers: somebody set it for the user or the database. */
  z.strictObject({ kind: z.literal('setting'), setting: z.string(), value: z.string(), ...Often }),
  z.strictObject({ kind: z.literal('slow_statement'), ms: z.number().int().nonnegative(), ...Which, ...Often }),
]);

export const FaultRules = z.array(Rule);

/** One misbehaviour that the stand-in can be told. */
export type FaultRule = z.input<typeof Rule>;
type HeldRule = z.output<typeof Rule>;
type Kind = HeldRule['kind'];

interface Armed {
  readonly rule: HeldRule;
  left: number;
  seen: number;
}

/** What a rule is asked about. */
export interface Occasion {
  readonly operation?: string;
  readonly sql?: string;
  readonly privilege?: Privilege;
  readonly setting?: string;
}

/** The misbehaviours in force. They may change while the stand-in runs. */
export class Faults {
  #armed: Armed[] = [];
  #holding = new AbortController();

  /** Replaces all rules. */
  set(rules: readonly FaultRule[]): void {
    this.#armed = FaultRules.parse(rules).map((rule) => ({
      rule,
      left: rule.times ?? Number.POSITIVE_INFINITY,
      seen: 0,
    }));
  }

  /** Removes all rules; slow statements go on at once. */
  clear(): void {
    this.#armed = [];
    this.#holding.abort();
    this.#holding = new AbortController();
  }

  /** Aborts when the rules that hold something up are cleared. */
  get cleared(): AbortSignal {
    return this.#holding.signal;
  }

  /** The rules that can still happen. */
  get rules(): readonly FaultRule[] {
    return this.#armed.filter(({ left }) => left > 0).map(({ rule }) => rule);
  }

  /** The rule of this kind that applies now, counted as having happened. */
  take<K extends Kind>(kind: K, occasion: Occasion): Extract<HeldRule, { kind: K }> | undefined {
    for (const armed of this.#armed) {
      const { rule } = armed;
      if (!isKind(rule, kind) || armed.left <= 0 || !applies(rule, occasion)) continue;
      armed.seen += 1;
      if ('nth' in rule && armed.seen < rule.nth) continue;
      armed.left -= 1;
      return rule;
    }
    return undefined;
  }
}

function isKind<K extends Kind>(rule: HeldRule, kind: K): rule is Extract<HeldRule, { kind: K }> {
  return rule.kind === kind;
}

function applies(rule: HeldRule, { operation, sql, privilege, setting }: Occasion): boolean {
  if ('privilege' in rule && rule.privilege !== privilege) return false;
  if ('setting' in rule && rule.setting !== setting) return false;
  if ('operation' in rule && rule.operation !== undefined && rule.operation !== operation) return false;
  if (!('matching' in rule) || rule.matching === undefined) return true;
  return sql !== undefined && new RegExp(rule.matching, 'i').test(sql);
}
