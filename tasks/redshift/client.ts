import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  type DescribeStatementCommandOutput,
  ExecuteStatementCommand,
  type Field,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';

import type { Closable } from '#framework';
import { type FixedAccess, awsClient, quiet } from '#tasks/aws';

import type { RedshiftSettings } from './config.ts';
import type { CallFailure } from './errors.ts';

/** Where statements run: alone, or one after the other in a session that keeps a transaction open. */
export type Place =
  | { readonly kind: 'alone' }
  | { readonly kind: 'new_session'; readonly keepAliveSeconds: number }
  | { readonly kind: 'session'; readonly sessionId: string };

export interface Submission {
  /** One statement, or 2 to 40 that commit together. */
  readonly sqls: readonly string[];
  readonly name: string;
  /** The same token twice is one statement, so that a submission whose answer was lost may be sent again. */
  readonly token: string;
  readonly place: Place;
  /** Whether the answer may wait for the statement's end. */
  readonly waits: boolean;
}

export interface Submitted {
  readonly id: string;
  readonly isFinished: boolean;
  readonly sessionId: string | undefined;
}

export interface StatementFailure {
  readonly text: string;
  /** Place of the failed statement in its batch, from 0. */
  readonly index: number;
  readonly queryId: number | undefined;
}

export type StatementState =
  | { readonly kind: 'running' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly failure: StatementFailure }
  | { readonly kind: 'aborted' };

export type Row = readonly (string | null)[];

export interface ResultPage {
  readonly rows: readonly Row[];
  readonly nextToken: string | undefined;
}

/** The calls of the Data API that Windrow uses. Each may be retried: none has a second effect. */
export interface DataApi extends Closable {
  readonly submit: (submission: Submission, signal?: AbortSignal) => Promise<Submitted>;
  readonly describe: (id: string, signal?: AbortSignal) => Promise<StatementState>;
  readonly result: (
    request: { readonly id: string; readonly nextToken?: string },
    signal?: AbortSignal,
  ) => Promise<ResultPage>;
  readonly cancel: (id: string) => Promise<void>;
}

/** The service answers as soon as the statement ends, at the latest after this long. */
const WAIT = { WaitTimeSeconds: 30 } as const;
const CANCEL_MS = 5000;

/** @param access the SDK's default chain when absent */
export function dataApi(settings: RedshiftSettings, access?: FixedAccess): DataApi {
  // Retries are ours: only we know which token to send again and which texts mean a throttle.
  const client = quiet(new RedshiftDataClient(awsClient(settings, access, 1)));
  const database = databaseMembers(settings);
  return {
    submit: (submission, signal) => submit(client, { ...submission, database }, signal),
    describe: async (id, signal) =>
      stateOf(await client.send(new DescribeStatementCommand({ Id: id, ...WAIT }), sending(signal))),
    result: async ({ id, nextToken }, signal) => {
      const input = { Id: id, ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
      const page = await client.send(new GetStatementResultCommand(input), sending(signal));
      return { rows: (page.Records ?? []).map((record) => record.map(fieldText)), nextToken: page.NextToken };
    },
    cancel: async (id) => {
      await client.send(new CancelStatementCommand({ Id: id }), sending(AbortSignal.timeout(CANCEL_MS)));
    },
    close: async () => client.destroy(),
  };
}

/** The vendor fields that sorting an error needs; this file alone knows the SDK. */
export function callFailure(error: unknown): CallFailure {
  const facts: { readonly name?: unknown; readonly $metadata?: { readonly httpStatusCode?: number } } =
    error instanceof Error ? error : {};
  const message = error instanceof Error ? error.message : String(error);
  return {
    name: typeof facts.name === 'string' ? facts.name : 'unknown',
    message,
    status: facts.$metadata?.httpStatusCode,
  };
}

type DatabaseMembers = Readonly<
  Record<'Database' | 'WorkgroupName' | 'ClusterIdentifier' | 'DbUser' | 'SecretArn', string | undefined>
>;

async function submit(
  client: RedshiftDataClient,
  submission: Submission & { readonly database: Partial<DatabaseMembers> },
  signal: AbortSignal | undefined,
): Promise<Submitted> {
  const [first = '', ...more] = submission.sqls;
  const members = {
    ...placeMembers(submission.place, submission.database),
    ...(submission.waits ? WAIT : {}),
    ClientToken: submission.token,
    StatementName: submission.name,
  };
  const answer =
    more.length === 0
      ? await client.send(new ExecuteStatementCommand({ ...members, Sql: first }), sending(signal))
      : await client.send(new BatchExecuteStatementCommand({ ...members, Sqls: [first, ...more] }), sending(signal));
  return { id: answer.Id ?? '', isFinished: answer.Status === 'FINISHED', sessionId: answer.SessionId };
}

/** A call in a session names nothing but the session. */
function placeMembers(place: Place, database: Partial<DatabaseMembers>): object {
  switch (place.kind) {
    case 'alone':
      return database;
    case 'new_session':
      return { ...database, SessionKeepAliveSeconds: place.keepAliveSeconds };
    case 'session':
      return { SessionId: place.sessionId };
  }
}

function databaseMembers({ database, access, secretArn }: RedshiftSettings): Partial<DatabaseMembers> {
  const secret = secretArn === undefined ? {} : { SecretArn: secretArn };
  if (access.kind === 'workgroup') return { Database: database, WorkgroupName: access.workgroup, ...secret };
  const user = access.user === undefined ? {} : { DbUser: access.user };
  return { Database: database, ClusterIdentifier: access.cluster, ...user, ...secret };
}

function stateOf(answer: DescribeStatementCommandOutput): StatementState {
  if (answer.Status === 'FINISHED') return { kind: 'finished' };
  if (answer.Status === 'ABORTED') return { kind: 'aborted' };
  return answer.Status === 'FAILED' ? { kind: 'failed', failure: failureOf(answer) } : { kind: 'running' };
}

function failureOf(answer: DescribeStatementCommandOutput): StatementFailure {
  const parts = answer.SubStatements ?? [];
  const index = Math.max(
    0,
    parts.findIndex((part) => part.Status === 'FAILED'),
  );
  const part = parts[index];
  return {
    text: part?.Error ?? answer.Error ?? 'Redshift gave no reason',
    index,
    queryId: part?.RedshiftQueryId ?? answer.RedshiftQueryId,
  };
}

function fieldText(field: Field): string | null {
  if (field.stringValue !== undefined) return field.stringValue;
  if (field.longValue !== undefined) return String(field.longValue);
  if (field.booleanValue !== undefined) return String(field.booleanValue);
  return field.doubleValue === undefined ? null : String(field.doubleValue);
}

function sending(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
