import type { Closable, Connection } from '#framework';
import type { FixedAccess } from '#tasks/aws';

import { rule } from './client.ts';
import { type EventBridgeSettings, readEventBridgeSettings } from './config.ts';
import { decideRelease, holdOf, mayHold } from './holds.ts';

export interface HeldFor {
  readonly pipelineId: string;
  readonly recordId: number;
}

export type Hold =
  | { readonly kind: 'disabled'; readonly ruleArn: string }
  /** Somebody else had disabled it before; Windrow will not enable it. */
  | { readonly kind: 'disabled_by_others'; readonly ruleArn: string }
  /** No rule is configured. */
  | { readonly kind: 'off' };

export type Released = 'enabled' | 'still_held_by_others' | 'not_held' | 'off';

export interface EventBridgeOpened extends Closable {
  /** The configured rule; undefined where there is none. */
  readonly ruleArn: string | undefined;
  /** Disables the rule until the pipeline works again. */
  readonly hold: (held: HeldFor, options?: { readonly signal?: AbortSignal }) => Promise<Hold>;
  /** Enables the rule once no pipeline holds it any more. */
  readonly release: (pipelineId: string, options?: { readonly signal?: AbortSignal }) => Promise<Released>;
}

export const eventBridgeConnection: Connection<EventBridgeSettings, EventBridgeOpened> = {
  name: 'eventbridge',
  read: readEventBridgeSettings,
  open: async (settings) => openEventBridge(settings),
};

/** @param access the SDK's default chain when absent */
export function openEventBridge({ ruleArn, endpoint }: EventBridgeSettings, access?: FixedAccess): EventBridgeOpened {
  if (ruleArn === undefined) {
    return { ruleArn, hold: async () => ({ kind: 'off' }), release: async () => 'off', close: async () => {} };
  }
  const opened = rule({ ruleArn, endpoint }, access);
  return {
    ruleArn,
    hold: async ({ pipelineId, recordId }, { signal } = {}) => {
      const [state, tags] = await Promise.all([opened.state(signal), opened.tags(signal)]);
      if (!mayHold(state, tags)) return { kind: 'disabled_by_others', ruleArn };
      // The tag first: a rule that is disabled without it would never be enabled again.
      await opened.tag({ key: holdOf(pipelineId), value: String(recordId) }, signal);
      await opened.disable(signal);
      return { kind: 'disabled', ruleArn };
    },
    release: async (pipelineId, { signal } = {}) => {
      const release = decideRelease(await opened.tags(signal), pipelineId);
      if (release === 'not_held') return 'not_held';
      if (release === 'enable') await opened.enable(signal);
      await opened.untag(holdOf(pipelineId), signal);
      return release === 'enable' ? 'enabled' : 'still_held_by_others';
    },
    close: opened.close,
  };
}
