import { z } from 'zod';

import { invalid } from './api-error.ts';
import type { Limits } from './limits.ts';
import { bindParameters, unusedParameters } from './sql/bind.ts';
import { RedshiftError } from './sql/redshift-error.ts';
import { tokenize } from './sql/tokenize.ts';
import type { StatementRequest } from './statement.ts';

const Wait = { WaitTimeSeconds: z.number().int().min(1).max(30).exactOptional() };
const Paging = { NextToken: z.string().exactOptional(), MaxResults: z.number().int().min(0).max(1000).exactOptional() };
const Id = z.string().regex(/^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d{0,2})?$/);

const Address = {
  ClusterIdentifier: z.string().min(1).max(63).exactOptional(),
  WorkgroupName: z.string().min(3).max(128).exactOptional(),
  Database: z.string().min(1).max(64).exactOptional(),
  DbUser: z.string().min(1).max(128).exactOptional(),
  SecretArn: z.string().min(1).exactOptional(),
};

const Common = {
  ...Address,
  ...Wait,
  Parameters: z
    .array(z.strictObject({ name: z.string().regex(/^[0-9a-zA-Z_]+$/), value: z.string().min(1) }))
    .min(1)
    .exactOptional(),
  StatementName: z.string().max(2048).exactOptional(),
  WithEvent: z.boolean().exactOptional(),
  ClientToken: z.string().min(1).max(64).exactOptional(),
  ResultFormat: z.enum(['JSON', 'CSV']).exactOptional(),
  SessionKeepAliveSeconds: z.number().int().min(0).max(86_400).exactOptional(),
  SessionId: z.uuid().exactOptional(),
};

export const ExecuteRequest = z.strictObject({ ...Common, Sql: z.string() });
export const BatchRequest = z.strictObject({
  ...Common,
  Sqls: z.array(z.string()).min(1),
  ExecutionMode: z.enum(['TRANSACTION', 'AUTO_COMMIT']).exactOptional(),
});
export const IdRequest = z.strictObject({ Id });
export const DescribeRequest = z.strictObject({ Id, ...Wait });
export const ResultRequest = z.strictObject({ Id, ...Wait, NextToken: z.string().exactOptional() });
export const ListStatementsRequest = z.strictObject({
  ...Paging,
  ...Address,
  StatementName: z.string().exactOptional(),
  Status: z.enum(['SUBMITTED', 'PICKED', 'STARTED', 'FINISHED', 'ABORTED', 'FAILED', 'ALL']).exactOptional(),
  RoleLevel: z.boolean().exactOptional(),
});
export const ListSessionsRequest = z.strictObject({
  ...Paging,
  ...Address,
  SessionId: z.string().exactOptional(),
  Status: z.enum(['AVAILABLE', 'BUSY', 'CLOSED']).exactOptional(),
  RoleLevel: z.boolean().exactOptional(),
});

type SubmitRequest = z.infer<typeof ExecuteRequest> | z.infer<typeof BatchRequest>;

/** @throws ApiError `ValidationException`, worded like the service's own */
export function readRequest<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `Value at '${issue.path.join('.')}' failed to satisfy constraint: ${issue.message}`,
  );
  throw invalid(
    `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected: ${problems.join('; ')}`,
  );
}

/** What the two submitting operations have in common. @throws ApiError */
export function statementRequest(request: SubmitRequest, limits: Limits): StatementRequest {
  const isBatch = 'Sqls' in request;
  const sqls = isBatch ? request.Sqls : [request.Sql];
  const parameters = request.Parameters ?? [];
  refuseTooMuch(sqls, limits);
  if (parameters.length > 0) refuseUnusedParameters(sqls, parameters);
  return {
    sqls,
    isBatch,
    executionMode: ('ExecutionMode' in request ? request.ExecutionMode : undefined) ?? 'TRANSACTION',
    parameters,
    resultFormat: request.ResultFormat ?? 'JSON',
    name: request.StatementName,
    address: addressOf(request),
    sessionId: request.SessionId,
  };
}

function refuseTooMuch(sqls: readonly string[], limits: Limits): void {
  if (sqls.length > limits.batchStatements) {
    throw invalid(
      `1 validation error detected: Value at 'sqls' failed to satisfy constraint: Member must have length less than or equal to ${limits.batchStatements}`,
    );
  }
  if (sqls.some((sql) => Buffer.byteLength(sql) > limits.statementBytes)) {
    throw invalid('Cannot process query string larger than 100kB');
  }
  if (sqls.some((sql) => sql.trim() === '')) throw invalid('The SQL statement is empty.');
}

function refuseUnusedParameters(sqls: readonly string[], parameters: readonly { name: string; value: string }[]): void {
  const statements = sqls.map(tokensOrNone);
  const unused = unusedParameters(statements, parameters);
  if (unused.length > 0)
    throw invalid(`Parameters list contains unused parameters. Unused parameters: [${unused.join(', ')}]`);
  const unbound = statements
    .flatMap((tokens) => bindParameters(tokens, parameters))
    .find(({ kind }) => kind === 'parameter');
  if (unbound !== undefined) throw invalid(`Parameters list is missing a value for: [${unbound.value}]`);
}

/** A statement that cannot be read fails when it runs, not when it is submitted. */
function tokensOrNone(sql: string): ReturnType<typeof tokenize> {
  try {
    return tokenize(sql);
  } catch (error) {
    if (error instanceof RedshiftError) return [];
    throw error;
  }
}

const ADDRESS = ['ClusterIdentifier', 'WorkgroupName', 'Database', 'DbUser', 'SecretArn'] as const;

function addressOf(request: SubmitRequest): Record<string, string> {
  return Object.fromEntries(ADDRESS.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]]])));
}
