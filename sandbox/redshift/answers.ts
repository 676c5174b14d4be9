import type { Session } from './session.ts';
import type { Part, Statement } from './statement.ts';

/** Members that are undefined do not appear on the wire: the service leaves out what it does not know. */
export function submitted(statement: Statement): object {
  return {
    Id: statement.id,
    CreatedAt: statement.createdAt,
    ...statement.request.address,
    SessionId: statement.request.sessionId,
    Status: statement.status,
    RedshiftPid: statement.backendId,
    HasResultSet: statement.hasResultSet,
  };
}

export function described(statement: Statement): object {
  const { request, parts } = statement;
  const [only] = request.isBatch ? [] : parts;
  return {
    Id: statement.id,
    ...request.address,
    SessionId: request.sessionId,
    CreatedAt: statement.createdAt,
    UpdatedAt: statement.updatedAt,
    Status: statement.status,
    Duration: statement.durationNs,
    Error: statement.error,
    HasResultSet: statement.hasResultSet,
    RedshiftPid: statement.backendId ?? 0,
    RedshiftQueryId: only?.queryId ?? 0,
    QueryString: only?.sql,
    QueryParameters: request.parameters.length > 0 ? request.parameters : undefined,
    ResultRows: only?.rows ?? -1,
    ResultSize: only === undefined ? -1 : sizeOf(only),
    ResultFormat: request.resultFormat,
    ExecutionMode: request.isBatch ? request.executionMode : undefined,
    SubStatements: request.isBatch ? parts.map((part, index) => subStatement(statement, part, index)) : undefined,
  };
}

function subStatement(statement: Statement, part: Part, index: number): object {
  return {
    Id: `${statement.id}:${index + 1}`,
    CreatedAt: part.createdAt,
    UpdatedAt: part.updatedAt,
    Status: part.status,
    Duration: part.durationNs,
    Error: part.error,
    HasResultSet: part.result !== undefined,
    QueryString: part.sql,
    RedshiftQueryId: part.queryId,
    ResultRows: part.rows,
    ResultSize: sizeOf(part),
  };
}

function sizeOf(part: Part): number {
  if (part.status !== 'FINISHED') return -1;
  return part.result?.bytes ?? 0;
}

export function listed(statement: Statement): object {
  const { request } = statement;
  return {
    Id: statement.id,
    CreatedAt: statement.createdAt,
    UpdatedAt: statement.updatedAt,
    Status: statement.status,
    StatementName: request.name,
    SessionId: request.sessionId,
    IsBatchStatement: request.isBatch,
    QueryString: request.isBatch ? undefined : request.sqls[0],
    QueryStrings: request.isBatch ? request.sqls : undefined,
    QueryParameters: request.parameters.length > 0 ? request.parameters : undefined,
    ResultFormat: request.resultFormat,
  };
}

export function listedSession(session: Session): object {
  return {
    SessionId: session.id,
    Status: session.status,
    CreatedAt: session.createdAt,
    UpdatedAt: session.updatedAt,
    ...session.address,
    SessionAliveSeconds: session.keepAliveSeconds,
    CurrentStatementId: session.statementId,
  };
}
