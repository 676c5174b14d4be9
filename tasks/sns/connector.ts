import type { Closable, Connection } from '#framework';
import type { FixedAccess } from '#tasks/aws';

import { topic } from './client.ts';
import { type SnsSettings, readSnsSettings } from './config.ts';
import { type WindowNotice, noticeMessage } from './notice-message.ts';

export type Notification =
  | { readonly kind: 'published'; readonly messageId: string }
  /** No topic is configured. */
  | { readonly kind: 'off' };

export interface SnsOpened extends Closable {
  readonly publishNotice: (failed: WindowNotice, options?: { readonly signal?: AbortSignal }) => Promise<Notification>;
}

export const snsConnection: Connection<SnsSettings, SnsOpened> = {
  name: 'sns',
  read: readSnsSettings,
  open: async (settings) => openSns(settings),
};

/** @param access the SDK's default chain when absent */
export function openSns({ topicArn, endpoint }: SnsSettings, access?: FixedAccess): SnsOpened {
  if (topicArn === undefined) return { publishNotice: async () => ({ kind: 'off' }), close: async () => {} };
  const opened = topic({ topicArn, endpoint }, access);
  return {
    publishNotice: async (failed, { signal } = {}) => ({
      kind: 'published',
      messageId: await opened.publish(noticeMessage(failed), signal),
    }),
    close: opened.close,
  };
}
