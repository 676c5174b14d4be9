import { randomUUID } from 'node:crypto';

import type { Clock } from '#framework';

import type { ResultSet } from './results.ts';
import type { Parameter } from './sql/bind.ts';

export type Status = 'SUBMITTED' | 'PICKED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED';

/** What was asked for, checked. */
export interface StatementRequest {
  readonly sqls: readonly string[];
  readonly isBatch: boolean;
  readonly executionMode: 'TRANSACTION' | 'AUTO_COMMIT';
  readonly parameters: readonly Parameter[];
  readonly resultFormat: 'JSON' | 'CSV';
  readonly name: string | undefined;
  /** Database, workgroup or cluster, user and secret as the caller gave them. */
  readonly address: Readonly<Record<string, string>>;
  readonly sessionId: string | undefined;
}

/** One SQL statement of a call: the only one, or a sub-statement of a batch. */
export interface Part {
  readonly sql: string;
  readonly queryId: number;
  status: Status;
  createdAt: number;
  updatedAt: number;
  durationNs: number;
  error: string | undefined;
  rows: number;
  result: ResultSet | undefined;
}

/** A call of ExecuteStatement or BatchExecuteStatement from submission to its end. */
export class Statement {
  readonly id: string = randomUUID();
  readonly request: StatementRequest;
  readonly parts: readonly Part[];
  readonly createdAt: number;
  /** Ends when the status is final. */
  readonly done: Promise<void>;
  readonly cancelled = new AbortController();
  status: Status = 'SUBMITTED';
  updatedAt: number;
  durationNs = -1;
  error: string | undefined;
  backendId: number | undefined;
  readonly #clock: Clock;
  readonly #end: () => void;

  constructor(request: StatementRequest, clock: Clock, firstQueryId: number) {
    this.request = request;
    this.#clock = clock;
    this.createdAt = this.now();
    this.updatedAt = this.createdAt;
    this.parts = request.sqls.map((sql, index) => ({
      sql,
      queryId: firstQueryId + index,
      status: 'SUBMITTED',
      createdAt: this.createdAt,
      updatedAt: this.createdAt,
      durationNs: -1,
      error: undefined,
      rows: -1,
      result: undefined,
    }));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.#end = resolve;
  }

  get isFinal(): boolean {
    return this.status === 'FINISHED' || this.status === 'FAILED' || this.status === 'ABORTED';
  }

  get hasResultSet(): boolean {
    return this.parts.some((part) => part.result !== undefined);
  }

  /** Epoch seconds, the wire's form of time. */
  now(): number {
    return this.#clock.now().epochMilliseconds / 1000;
  }

  move(status: Status): void {
    this.status = status;
    this.updatedAt = this.now();
    if (this.isFinal) this.#end();
  }

  movePart(part: Part, status: Status): void {
    part.status = status;
    part.updatedAt = this.now();
  }
}
