import { randomUUID } from 'node:crypto';

import type { Clock } from '#framework';
import { Client } from 'pg';

import { ApiError, invalid } from './api-error.ts';
import type { Limits } from './limits.ts';

/** A database session that outlives a call: one PostgreSQL connection, one statement at a time. */
export interface Session {
  readonly id: string;
  readonly client: Client;
  readonly address: Readonly<Record<string, string>>;
  readonly createdAt: number;
  updatedAt: number;
  keepAliveSeconds: number;
  status: 'AVAILABLE' | 'BUSY' | 'CLOSED';
  statementId: string | undefined;
  timer: NodeJS.Timeout | undefined;
  isConnected: boolean;
}

export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #url: string;
  readonly #limits: Limits;
  readonly #clock: Clock;

  constructor(url: string, limits: Limits, clock: Clock) {
    this.#url = url;
    this.#limits = limits;
    this.#clock = clock;
  }

  get all(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** A new session; the connection is made by its first statement. */
  open(keepAliveSeconds: number, address: Readonly<Record<string, string>>): Session {
    const open = this.all.filter(({ status }) => status !== 'CLOSED').length;
    if (open >= this.#limits.sessions) throw tooMany(this.#limits.sessions);
    const client = new Client({ connectionString: this.#url });
    const now = this.#now();
    const session: Session = {
      id: randomUUID(),
      client,
      address,
      createdAt: now,
      updatedAt: now,
      keepAliveSeconds,
      status: 'AVAILABLE',
      statementId: undefined,
      timer: undefined,
      isConnected: false,
    };
    this.#sessions.set(session.id, session);
    client.on('error', () => void this.close(session));
    return session;
  }

  /** @throws ApiError unless the session is there, alive and idle */
  find(id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) throw invalid(`Session with Id: ${id} is invalid`);
    if (session.status === 'CLOSED') throw invalid('Session is not available');
    if (session.status === 'BUSY') throw invalid(`Session ${id} is busy: it runs one statement at a time`);
    return session;
  }

  async connect(session: Session): Promise<void> {
    if (session.isConnected) return;
    session.isConnected = true;
    await session.client.connect();
  }

  begin(session: Session, statementId: string): void {
    clearTimeout(session.timer);
    session.status = 'BUSY';
    session.statementId = statementId;
    session.updatedAt = this.#now();
  }

  /** The keep-alive time counts from the end of the last statement. */
  end(session: Session): void {
    if (session.status === 'CLOSED') return;
    session.status = 'AVAILABLE';
    session.statementId = undefined;
    session.updatedAt = this.#now();
    session.timer = setTimeout(() => void this.close(session), session.keepAliveSeconds * 1000);
    session.timer.unref();
  }

  async close(session: Session): Promise<void> {
    if (session.status === 'CLOSED') return;
    session.status = 'CLOSED';
    session.updatedAt = this.#now();
    clearTimeout(session.timer);
    await session.client.end();
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.all.map((session) => this.close(session)));
  }

  #now(): number {
    return this.#clock.now().epochMilliseconds / 1000;
  }
}

function tooMany(most: number): ApiError {
  return new ApiError('ActiveSessionsExceededException', `Active sessions exceeded the allowed quota (${most}).`);
}
