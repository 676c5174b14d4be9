import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-eventbridge';

import type { Closable } from '#framework';
import { type FixedAccess, awsClient } from '#tasks/aws';

import { failureOf } from './errors.ts';
import type { RuleState, RuleTags } from './holds.ts';
import { ruleAddress } from './rule-address.ts';

/** The calls that Windrow uses, all of one rule. Each may be repeated: none has a second effect. */
export interface Rule extends Closable {
  readonly state: (signal?: AbortSignal) => Promise<RuleState>;
  readonly tags: (signal?: AbortSignal) => Promise<RuleTags>;
  readonly tag: (tag: { readonly key: string; readonly value: string }, signal?: AbortSignal) => Promise<void>;
  readonly untag: (key: string, signal?: AbortSignal) => Promise<void>;
  readonly disable: (signal?: AbortSignal) => Promise<void>;
  readonly enable: (signal?: AbortSignal) => Promise<void>;
}

/** @param access the SDK's default chain when absent */
export function rule(
  { ruleArn, endpoint }: { readonly ruleArn: string; readonly endpoint: string | undefined },
  access?: FixedAccess,
): Rule {
  const { arn, region, bus, name } = ruleAddress(ruleArn);
  const client = new EventBridgeClient(awsClient({ region, endpoint }, access));
  const named = { Name: name, EventBusName: bus };
  const call = async <T>(
    signal: AbortSignal | undefined,
    send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> => {
    try {
      return await send(signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw failureOf(error instanceof Error ? error : new Error(String(error)), arn, error);
    }
  };
  return {
    state: async (signal) => {
      const { State } = await call(signal, (options) => client.send(new DescribeRuleCommand(named), options));
      return State === 'DISABLED' ? 'DISABLED' : 'ENABLED';
    },
    tags: async (signal) => {
      const command = new ListTagsForResourceCommand({ ResourceARN: arn });
      const { Tags = [] } = await call(signal, (options) => client.send(command, options));
      return new Map(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    },
    tag: async ({ key, value }, signal) => {
      const command = new TagResourceCommand({ ResourceARN: arn, Tags: [{ Key: key, Value: value }] });
      await call(signal, (options) => client.send(command, options));
    },
    untag: async (key, signal) => {
      const command = new UntagResourceCommand({ ResourceARN: arn, TagKeys: [key] });
      await call(signal, (options) => client.send(command, options));
    },
    disable: async (signal) =>
      void (await call(signal, (options) => client.send(new DisableRuleCommand(named), options))),
    enable: async (signal) =>
      void (await call(signal, (options) => client.send(new EnableRuleCommand(named), options))),
    close: async () => client.destroy(),
  };
}
