import type { IncomingMessage, ServerResponse } from 'node:http';

import { z } from 'zod';

import { type Clock, type Json, onlyGiven } from '#framework';

import type { Faults } from '../aws/faults.ts';
import { JSON_REFUSALS } from '../aws/json-refusals.ts';
import type { SigningScope } from '../aws/signature.ts';
import { readSigned } from '../aws/stand-in.ts';
import type { SecretsFaultKind } from './index.ts';
import { type SecretBook, SecretRefusal, type SecretValue, type StoredSecret } from './secret-book.ts';

export interface SecretsService {
  readonly scope: SigningScope;
  readonly faults: Faults<SecretsFaultKind>;
  readonly book: SecretBook;
  readonly clock: Clock;
}

/** AWS JSON 1.1: the operation in `X-Amz-Target`, JSON in and out. */
export async function handle(
  service: SecretsService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { body, verdict } = await readSigned(request, service.scope, service.clock.now().epochMilliseconds);
    if (verdict.kind === 'refused') throw new SecretRefusal(JSON_REFUSALS[verdict.reason], verdict.message);
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^secretsmanager\./, '');
    const input = readInput(body);
    const fault = service.faults.take(operation, input.SecretId ?? input.Name ?? '');
    if (fault === 'throttled') throw new SecretRefusal('ThrottlingException', 'Rate exceeded.');
    if (fault === 'internal_error')
      throw new SecretRefusal('InternalServiceError', 'An error occurred on the server side.');
    const run = OPERATIONS[operation];
    if (run === undefined)
      throw new SecretRefusal('UnknownOperationException', `This stand-in does not implement "${operation}".`);
    send(response, 200, run(service.book, input));
  } catch (error) {
    const code = error instanceof SecretRefusal ? error.code : 'InternalServiceError';
    send(response, code === 'InternalServiceError' ? 500 : 400, {
      __type: code,
      Message: error instanceof Error ? error.message : String(error),
    });
  }
}

const Input = z.object({
  SecretId: z.string().optional(),
  Name: z.string().optional(),
  Description: z.string().optional(),
  SecretString: z.string().optional(),
  SecretBinary: z.string().optional(),
  VersionStage: z.string().optional(),
  VersionId: z.string().optional(),
  ForceDeleteWithoutRecovery: z.boolean().optional(),
});
type Input = z.infer<typeof Input>;

function readInput(body: Buffer): Input {
  try {
    return Input.parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw new SecretRefusal('SerializationException', 'The request is not JSON of the expected shape.');
  }
}

const OPERATIONS: Readonly<Record<string, (book: SecretBook, input: Input) => Json>> = {
  GetSecretValue: getSecretValue,
  CreateSecret: (book, input) => named(book.create(required(input.Name, 'Name'), valueOf(input), input.Description)),
  PutSecretValue: (book, input) => ({
    ...named(book.put(required(input.SecretId, 'SecretId'), valueOf(input))),
    VersionStages: ['AWSCURRENT'],
  }),
  DescribeSecret: describeSecret,
  DeleteSecret: (book, input) => {
    const secret = book.delete(required(input.SecretId, 'SecretId'), input.ForceDeleteWithoutRecovery === true);
    return { ARN: secret.arn, Name: secret.name, DeletionDate: secret.deletedSeconds ?? 0 };
  },
};

function getSecretValue(book: SecretBook, input: Input): Json {
  const secret = book.live(required(input.SecretId, 'SecretId'));
  const stage = input.VersionStage ?? 'AWSCURRENT';
  const version = secret.versions.find((item) =>
    input.VersionId === undefined ? item.stages.includes(stage) : item.id === input.VersionId,
  );
  if (version === undefined) {
    throw new SecretRefusal(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
    );
  }
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    VersionStages: version.stages,
    CreatedDate: version.createdSeconds,
    ...onlyGiven({ SecretString: version.text, SecretBinary: version.binary }),
  };
}

function describeSecret(book: SecretBook, input: Input): Json {
  const secret = book.find(required(input.SecretId, 'SecretId'));
  return {
    ARN: secret.arn,
    Name: secret.name,
    CreatedDate: secret.createdSeconds,
    VersionIdsToStages: Object.fromEntries(secret.versions.map((version) => [version.id, version.stages])),
    ...onlyGiven({ Description: secret.description, DeletedDate: secret.deletedSeconds }),
  };
}

function named(secret: StoredSecret): { readonly [key: string]: Json } {
  const [current] = secret.versions;
  return { ARN: secret.arn, Name: secret.name, ...(current === undefined ? {} : { VersionId: current.id }) };
}

function valueOf(input: Input): SecretValue {
  return {
    ...onlyGiven({ text: input.SecretString, binary: input.SecretBinary }),
  };
}

function required(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new SecretRefusal('InvalidParameterException', `${name} is required.`);
  return value;
}

function send(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
