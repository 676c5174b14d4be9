import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';

import type { Closable } from '#framework';

import { failureOf } from './errors.ts';
import type { FailureMessage } from './failure-message.ts';

/** The one call that Windrow uses. */
export interface Topic extends Closable {
  /** Returns the id of the message. */
  readonly publish: (message: FailureMessage, signal?: AbortSignal) => Promise<string>;
}

export interface TopicAddress {
  readonly topicArn: string;
  readonly endpoint: string | undefined;
}

export interface StaticCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const MOST_ATTEMPTS = 5;

/** @param credentials the SDK's default chain when absent */
export function topic({ topicArn, endpoint }: TopicAddress, credentials?: StaticCredentials): Topic {
  const client = new SNSClient({
    region: topicArn.split(':')[3] ?? '',
    maxAttempts: MOST_ATTEMPTS,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  return {
    publish: async ({ subject, body }, signal) => {
      try {
        const command = new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: body });
        const { MessageId = '' } = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
        return MessageId;
      } catch (error) {
        signal?.throwIfAborted();
        throw failureOf(error instanceof Error ? error : new Error(String(error)), topicArn, error);
      }
    },
    close: async () => client.destroy(),
  };
}
