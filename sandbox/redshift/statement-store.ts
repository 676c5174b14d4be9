import type { Clock } from '#framework';

import { ApiError, invalid } from './api-error.ts';
import type { Limits } from './limits.ts';
import type { Session } from './session.ts';
import { type Part, Statement, type StatementRequest } from './statement.ts';

interface Origin {
  readonly token: string | undefined;
  readonly session: Session | undefined;
}

/** The statements of the last hours, by id and by client token. */
export class StatementStore {
  readonly #byId = new Map<string, Statement>();
  readonly #byToken = new Map<string, { readonly statement: Statement; readonly request: string }>();
  readonly #limits: Limits;
  readonly #clock: Clock;
  #nextQueryId = 1;
  #active = 0;

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get all(): readonly Statement[] {
    return [...this.#byId.values()];
  }

  /** How many SQL statements have come so far; a batch has several. */
  get submitted(): number {
    return this.#nextQueryId - 1;
  }

  /** A new statement. @throws ApiError when too many are under way */
  add(request: StatementRequest, { token, session }: Origin): Statement {
    if (this.#active >= this.#limits.activeStatements) {
      throw new ApiError(
        'ActiveStatementsExceededException',
        `Active statements exceeded the allowed quota (${this.#limits.activeStatements}).`,
      );
    }
    const place = session === undefined ? {} : { sessionId: session.id, address: session.address };
    const statement = new Statement({ ...request, ...place }, this.#clock, this.#nextQueryId);
    this.#nextQueryId += request.sqls.length;
    this.#active += 1;
    void statement.done.then(() => (this.#active -= 1));
    this.#byId.set(statement.id, statement);
    if (token !== undefined) this.#byToken.set(token, { statement, request: JSON.stringify(request) });
    this.#forgetOldest();
    return statement;
  }

  /** The statement that this token already made. @throws ApiError when it was another request */
  findByToken(token: string | undefined, request: StatementRequest): Statement | undefined {
    const found = token === undefined ? undefined : this.#byToken.get(token);
    if (found === undefined) return undefined;
    if (found.request === JSON.stringify(request)) return found.statement;
    throw invalid(`The ClientToken ${token} was used for a request with other parameters.`);
  }

  /** `<uuid>` or, for a sub-statement of a batch, `<uuid>:<n>`. */
  find(id: string): { readonly statement: Statement; readonly part: Part | undefined } {
    const [statementId = '', number] = id.split(':');
    const statement = this.#byId.get(statementId);
    const part = number === undefined ? undefined : statement?.parts[Number(number) - 1];
    if (statement === undefined || (number !== undefined && part === undefined)) {
      throw new ApiError('ResourceNotFoundException', 'Query does not exist.', { ResourceId: id });
    }
    return { statement, part };
  }

  #forgetOldest(): void {
    if (this.#byId.size <= this.#limits.keptStatements) return;
    // The oldest come first in both, so that the searches end at once.
    const oldest = firstOf(this.#byId, (statement) => statement.isFinal)?.[1];
    if (oldest === undefined) return;
    this.#byId.delete(oldest.id);
    const token = firstOf(this.#byToken, ({ statement }) => statement === oldest)?.[0];
    if (token !== undefined) this.#byToken.delete(token);
  }
}

function firstOf<K, V>(map: ReadonlyMap<K, V>, matches: (value: V) => boolean): readonly [K, V] | undefined {
  for (const entry of map) if (matches(entry[1])) return entry;
  return undefined;
}
