import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RemoteFailure } from '#framework';

import { stateTable } from '../../tasks/dynamodb/client.ts';
import { rule } from '../../tasks/eventbridge/client.ts';
import { dataApi } from '../../tasks/redshift/client.ts';
import { readRedshiftSettings } from '../../tasks/redshift/config.ts';
import { bucketApi } from '../../tasks/s3/client.ts';
import { secretStore } from '../../tasks/secrets-manager/client.ts';
import { topic } from '../../tasks/sns/client.ts';

/** Takes every connection and request, and never answers. */
const silent = createServer((socket) => socket.on('error', () => undefined).resume());
let endpoint = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => silent.close(resolve)));

const access = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', silenceMs: 100 };
const region = 'us-east-1';
const account = `${region}:123456789012`;

const read = readRedshiftSettings({
  environment: {
    AWS_REGION: region,
    REDSHIFT_DATABASE: 'dev',
    REDSHIFT_WORKGROUP: 'windrow',
    REDSHIFT_IAM_ROLE: 'default',
  },
  readFile: () => undefined,
});

describe('a server of AWS that takes a request and never answers', () => {
  it.each([
    ['S3', () => bucketApi({ bucket: 'lake', prefix: '', region, endpoint }, access).findHead('a')],
    [
      'DynamoDB',
      () => stateTable({ table: 'State', processId: 'p', region, endpoint, createTable: false }, access).find('p'),
    ],
    [
      'SNS',
      () => topic({ topicArn: `arn:aws:sns:${account}:Alerts`, endpoint }, access).publish({ subject: 's', body: 'b' }),
    ],
    ['EventBridge', () => rule({ ruleArn: `arn:aws:events:${account}:rule/nightly`, endpoint }, access).state()],
    [
      'Secrets Manager',
      () =>
        secretStore({ endpoint }, access).read({
          arn: `arn:aws:secretsmanager:${account}:secret:vault-AbCdEf`,
          region,
        }),
    ],
  ])('is given up on, and %s is tried again later', async (...[, call]) => {
    await expect(call()).rejects.toBeInstanceOf(RemoteFailure);
  });

  it('is given up on by the Data API, whose failures its caller sorts', async () => {
    if (read.kind === 'unreadable') throw new Error(read.problems.join(' '));
    const settings = { ...read.settings, endpoint };
    await expect(dataApi(settings, access).describe('id')).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
