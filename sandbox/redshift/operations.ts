import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';
import type { z } from 'zod';

import { described, listed, listedSession, submitted } from './answers.ts';
import { ApiError, invalid } from './api-error.ts';
import { execute } from './execute.ts';
import {
  BatchRequest,
  DescribeRequest,
  ExecuteRequest,
  IdRequest,
  ListSessionsRequest,
  ListStatementsRequest,
  ResultRequest,
  readRequest,
  statementRequest,
} from './requests.ts';
import { type ResultSet, columnMetadata, findPage, noResult, pageOfCsv, pageOfRecords } from './results.ts';
import type { Machine } from './run-part.ts';
import type { Session } from './session.ts';
import type { StatementStore } from './statement-store.ts';
import type { Statement, StatementRequest } from './statement.ts';

export interface DataApi {
  readonly machine: Machine;
  readonly statements: StatementStore;
  readonly names: Names;
}

/** What callers may address; anything else is not found. */
export interface Names {
  readonly database: string;
  readonly workgroup: string;
  readonly cluster: string;
}

type Operation = (api: DataApi, body: unknown) => Promise<object>;

/** The operations by the name in `x-amz-target`. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ExecuteStatement: (api, body) => submit(api, readRequest(ExecuteRequest, body)),
  BatchExecuteStatement: (api, body) => submit(api, readRequest(BatchRequest, body)),
  DescribeStatement: describe,
  GetStatementResult: getResult,
  GetStatementResultV2: getResultAsCsv,
  CancelStatement: cancel,
  ListStatements: listStatements,
  ListSessions: listSessions,
};

async function submit(
  api: DataApi,
  body: z.infer<typeof ExecuteRequest> | z.infer<typeof BatchRequest>,
): Promise<object> {
  const request = statementRequest(body, api.machine.limits);
  requireAddress(request, api.names);
  const known = api.statements.findByToken(body.ClientToken, request);
  const statement = known ?? start(api, { request, body });
  await waitFor(statement, body.WaitTimeSeconds);
  return submitted(statement);
}

interface Submission {
  readonly request: StatementRequest;
  readonly body: z.infer<typeof ExecuteRequest> | z.infer<typeof BatchRequest>;
}

/** The statement stands under its token before anything is awaited, so that a repeated call cannot run it twice. */
function start({ machine, statements }: DataApi, { request, body }: Submission): Statement {
  if (machine.faults.take('active_statements_exceeded', {}) !== undefined) {
    throw new ApiError('ActiveStatementsExceededException', 'Active statements exceeded the allowed quota.');
  }
  const keepAlive = body.SessionKeepAliveSeconds ?? 0;
  const existing = request.sessionId === undefined ? undefined : machine.sessions.find(request.sessionId);
  const opened =
    existing === undefined && keepAlive > 0 ? machine.sessions.open(keepAlive, request.address) : undefined;
  const session = existing ?? opened;
  const statement = statements.add(request, { token: body.ClientToken, session });
  if (session !== undefined) {
    if (existing !== undefined && body.SessionKeepAliveSeconds !== undefined) existing.keepAliveSeconds = keepAlive;
    machine.sessions.begin(session, statement.id);
  }
  void execute(statement, session, machine);
  return statement;
}

function requireAddress(request: StatementRequest, names: Names): void {
  const { Database: database, WorkgroupName: workgroup, ClusterIdentifier: cluster } = request.address;
  if (request.sessionId !== undefined) return;
  if (database === undefined) throw invalid('Database is a required parameter.');
  if (workgroup === undefined && cluster === undefined) {
    throw invalid('Either WorkgroupName or ClusterIdentifier is required.');
  }
  if (workgroup !== undefined && cluster !== undefined)
    throw invalid('Give WorkgroupName or ClusterIdentifier, not both.');
  if (workgroup !== undefined && workgroup !== names.workgroup) throw notFound('Redshift workgroup', workgroup);
  if (cluster !== undefined && cluster !== names.cluster) throw notFound('Redshift cluster', cluster);
  if (database !== names.database) throw invalid(`FATAL: database "${database}" does not exist`);
}

function notFound(what: string, name: string): ApiError {
  return new ApiError('ResourceNotFoundException', `${what} doesn't exist in this region: ${name}`, {
    ResourceId: name,
  });
}

/** Answers the moment the statement ends. */
async function waitFor(statement: Statement, seconds: number | undefined): Promise<void> {
  if (seconds === undefined || statement.isFinal) return;
  const stop = new AbortController();
  const tooLate = delay(seconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
  await Promise.race([statement.done, tooLate]);
  stop.abort();
}

async function describe({ statements }: DataApi, body: unknown): Promise<object> {
  const { Id, WaitTimeSeconds } = readRequest(DescribeRequest, body);
  const { statement } = statements.find(Id);
  await waitFor(statement, WaitTimeSeconds);
  return described(statement);
}

async function getResult(api: DataApi, body: unknown): Promise<object> {
  const request = readRequest(ResultRequest, body);
  const result = await findResult(api, request, 'JSON');
  const page = findPage(result, request.NextToken, api.machine.limits);
  return {
    ColumnMetadata: columnMetadata(result, api.machine.names.inFull),
    Records: pageOfRecords(result, page),
    TotalNumRows: result.rows.length,
    NextToken: page.nextToken,
  };
}

async function getResultAsCsv(api: DataApi, body: unknown): Promise<object> {
  const request = readRequest(ResultRequest, body);
  const result = await findResult(api, request, 'CSV');
  const page = findPage(result, request.NextToken, api.machine.limits);
  return {
    ColumnMetadata: columnMetadata(result, api.machine.names.inFull),
    Records: [{ CSVRecords: pageOfCsv(result, page) }],
    TotalNumRows: result.rows.length,
    ResultFormat: 'CSV',
    NextToken: page.nextToken,
  };
}

async function findResult(
  api: DataApi,
  request: z.infer<typeof ResultRequest>,
  format: 'JSON' | 'CSV',
): Promise<ResultSet> {
  const { statement, part } = api.statements.find(request.Id);
  await waitFor(statement, request.WaitTimeSeconds);
  if (!statement.isFinal) throw invalid('Query is not finished yet. Check its status with DescribeStatement.');
  if (statement.status !== 'FINISHED') throw invalid(`Query has no result because it is ${statement.status}.`);
  if (statement.request.resultFormat !== format) {
    throw invalid(`The result format of the statement is ${statement.request.resultFormat}, not ${format}.`);
  }
  const only = statement.request.isBatch ? undefined : statement.parts[0];
  const result = (part ?? only)?.result;
  if (result === undefined) throw noResult(request.Id);
  return result;
}

async function cancel({ statements, machine }: DataApi, body: unknown): Promise<object> {
  const { Id } = readRequest(IdRequest, body);
  const { statement } = statements.find(Id);
  if (statement.isFinal)
    throw invalid(`Could not cancel a query that is already in ${statement.status} state with ID: ${Id}`);
  await stopStatement(statement, machine);
  return { Status: true };
}

/** Stops a statement, which ends as ABORTED. Asked again until then: a request between two queries has no effect. */
async function stopStatement(statement: Statement, { pool }: Machine): Promise<void> {
  statement.cancelled.abort();
  if (statement.isFinal) return;
  const client = new Client(pool.options);
  await client.connect();
  try {
    while (!statement.isFinal) {
      if (statement.backendId !== undefined) await client.query('select pg_cancel_backend($1)', [statement.backendId]);
      await Promise.race([statement.done, delay(20)]);
    }
  } finally {
    await client.end();
  }
}

/** Stops whatever is under way and waits for its end. */
export async function stopAll({ statements, machine }: DataApi): Promise<void> {
  const active = statements.all.filter((statement) => !statement.isFinal);
  await Promise.all(active.map((statement) => stopStatement(statement, machine)));
  await Promise.all(active.map((statement) => statement.done));
}

async function listStatements({ statements }: DataApi, body: unknown): Promise<object> {
  const request = readRequest(ListStatementsRequest, body);
  const status = request.Status ?? 'FINISHED';
  const found = statements.all.filter(
    (statement) =>
      (status === 'ALL' || statement.status === status) &&
      (request.StatementName === undefined || statement.request.name?.startsWith(request.StatementName) === true),
  );
  return {
    Statements: found
      .toReversed()
      .slice(0, request.MaxResults ?? 100)
      .map(listed),
  };
}

async function listSessions({ machine }: DataApi, body: unknown): Promise<object> {
  const request = readRequest(ListSessionsRequest, body);
  const found = machine.sessions.all.filter(
    ({ id, status }) =>
      (request.SessionId === undefined || id === request.SessionId) &&
      (request.Status === undefined || status === request.Status),
  );
  return { Sessions: found.map((session: Session) => listedSession(session)) };
}
