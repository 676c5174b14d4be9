import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { AwsStandIn } from '../../sandbox/aws/stand-in.ts';
import { startDynamoDb } from '../../sandbox/dynamodb/index.ts';
import { startSecretsManager } from '../../sandbox/secrets-manager/index.ts';
import { startSns } from '../../sandbox/sns/index.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'windrow-aws-'));
});
afterAll(() => rm(directory, { recursive: true }));

const reach = (sandbox: AwsStandIn) => ({
  endpoint: sandbox.endpoint,
  region: sandbox.region,
  credentials: { accessKeyId: sandbox.accessKeyId, secretAccessKey: sandbox.secretAccessKey },
  maxAttempts: 1,
});
const named = (name: string): unknown => expect.objectContaining({ name });

describe('the DynamoDB stand-in', () => {
  const tables = [{ name: 'VeevaStateTable', key: 'process_id' }];
  const item = { TableName: 'VeevaStateTable', Key: { process_id: { S: 'p' } } };

  it('keeps items over a restart', async () => {
    const first = await startDynamoDb({ directory: join(directory, 'dynamo'), tables });
    const before = new DynamoDBClient(reach(first));
    await before.send(
      new PutItemCommand({ TableName: 'VeevaStateTable', Item: { process_id: { S: 'p' }, at: { S: 'now' } } }),
    );
    await first.close();
    const second = await startDynamoDb({ directory: join(directory, 'dynamo'), tables });
    const { Item } = await new DynamoDBClient(reach(second)).send(new GetItemCommand(item));
    expect(Item?.['at']).toEqual({ S: 'now' });
    await second.close();
  });

  it('refuses a wrong secret, and throttles and hangs up on demand', async () => {
    const sandbox = await startDynamoDb({ directory: join(directory, 'dynamo-2'), tables });
    const client = new DynamoDBClient(reach(sandbox));
    const stranger = new DynamoDBClient({
      ...reach(sandbox),
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'wrong' },
    });
    await expect(stranger.send(new GetItemCommand(item))).rejects.toThrow(named('InvalidSignatureException'));
    sandbox.faults.add({ kind: 'throttled', key: 'VeevaStateTable' });
    await expect(client.send(new GetItemCommand(item))).rejects.toThrow(
      named('ProvisionedThroughputExceededException'),
    );
    sandbox.faults.add({ kind: 'lost_response', operation: 'PutItem' });
    const put = new PutItemCommand({ TableName: 'VeevaStateTable', Item: { process_id: { S: 'p' } } });
    await expect(client.send(put)).rejects.toThrow(/hang up|reset/);
    expect((await client.send(new GetItemCommand(item))).Item).toEqual({ process_id: { S: 'p' } });
    await sandbox.close();
  });
});

describe('the SNS stand-in', () => {
  it('keeps what is published, over a restart too', async () => {
    const options = { directory: join(directory, 'sns'), topics: ['alerts'] };
    const sandbox = await startSns(options);
    const client = new SNSClient(reach(sandbox));
    const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'alerts' }));
    expect(TopicArn).toBe(sandbox.topicArn('alerts'));
    const { MessageId } = await client.send(new PublishCommand({ TopicArn, Subject: 'down', Message: 'a & <b>\n"é"' }));
    await sandbox.close();
    const again = await startSns(options);
    expect(again.messages()).toMatchObject([{ messageId: MessageId, subject: 'down', message: 'a & <b>\n"é"' }]);
    await again.close();
  });

  it('refuses an unknown topic, an over-long message, an unusable subject and a wrong secret', async () => {
    const sandbox = await startSns({ directory: join(directory, 'sns-2'), topics: ['alerts'] });
    const client = new SNSClient(reach(sandbox));
    const TopicArn = sandbox.topicArn('alerts');
    const publish = (changes: object, by = client): Promise<unknown> =>
      by.send(new PublishCommand({ TopicArn, Message: 'm', ...changes }));
    await expect(publish({ TopicArn: sandbox.topicArn('nobody') })).rejects.toThrow(named('NotFoundException'));
    await expect(publish({ Message: 'é'.repeat(131_073) })).rejects.toThrow(named('InvalidParameterException'));
    await expect(publish({ Subject: 'two\nlines' })).rejects.toThrow(named('InvalidParameterException'));
    const stranger = new SNSClient({
      ...reach(sandbox),
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'wrong' },
    });
    await expect(publish({}, stranger)).rejects.toThrow(named('SignatureDoesNotMatch'));
    expect(sandbox.messages()).toEqual([]);
    await publish({ Message: 'é'.repeat(131_072) });
    await sandbox.close();
  });
});

describe('the Secrets Manager stand-in', () => {
  it('creates, reads, replaces, describes and deletes a secret', async () => {
    const sandbox = await startSecretsManager({ directory: join(directory, 'secrets') });
    const client = new SecretsManagerClient(reach(sandbox));
    const SecretId = 'vault/password';
    const { ARN } = await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'one' }));
    expect(ARN).toBe(sandbox.secretArn(SecretId));
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'two' }));
    expect((await client.send(new GetSecretValueCommand({ SecretId: ARN }))).SecretString).toBe('two');
    expect((await client.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPREVIOUS' }))).SecretString).toBe(
      'one',
    );
    expect((await client.send(new DescribeSecretCommand({ SecretId }))).CreatedDate).toBeInstanceOf(Date);
    await client.send(new DeleteSecretCommand({ SecretId }));
    await expect(client.send(new GetSecretValueCommand({ SecretId }))).rejects.toThrow(
      named('InvalidRequestException'),
    );
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'missing' }))).rejects.toThrow(
      named('ResourceNotFoundException'),
    );
    await sandbox.close();
  });

  it('keeps secrets over a restart and refuses a wrong secret key', async () => {
    const options = { directory: join(directory, 'secrets-2'), secrets: { token: 'first' } };
    const first = await startSecretsManager(options);
    await first.close();
    const second = await startSecretsManager({ ...options, secrets: { token: 'other' } });
    const get = new GetSecretValueCommand({ SecretId: 'token' });
    expect((await new SecretsManagerClient(reach(second)).send(get)).SecretString).toBe('first');
    const stranger = new SecretsManagerClient({
      ...reach(second),
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'wrong' },
    });
    await expect(stranger.send(get)).rejects.toThrow(named('InvalidSignatureException'));
    await second.close();
  });
});
