import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';

import type { Closable } from '#framework';
import { type FixedAccess, awsClient } from '#tasks/aws';

import { failureOf } from './errors.ts';
import type { NoticeMessage } from './notice-message.ts';

/** The one call that Windrow uses. */
export interface Topic extends Closable {
  /** Returns the id of the message. */
  readonly publish: (message: NoticeMessage, signal?: AbortSignal) => Promise<string>;
}

export interface TopicAddress {
  readonly topicArn: string;
  readonly endpoint: string | undefined;
}

/** @param access the SDK's default chain when absent */
export function topic({ topicArn, endpoint }: TopicAddress, access?: FixedAccess): Topic {
  const client = new SNSClient(awsClient({ region: topicArn.split(':')[3] ?? '', endpoint }, access));
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
