import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Faults } from '../aws/faults.ts';
import { listen } from '../aws/http-server.ts';
import {
  type AwsStandIn,
  type AwsStandInOptions,
  SANDBOX_ACCOUNT,
  standInClock,
  standInScope,
} from '../aws/stand-in.ts';
import { handle } from './server.ts';

export const EVENTBRIDGE_FAULTS = [
  /** 400 ThrottlingException before anything is done. */
  'throttled',
  /** 500 InternalException before anything is done. */
  'internal_error',
  /** 400 AccessDeniedException before anything is done. */
  'access_denied',
  /** The change is made, and the connection is reset instead of an answer. */
  'lost_response',
] as const;
export type EventBridgeFaultKind = (typeof EVENTBRIDGE_FAULTS)[number];

export interface StoredRule {
  readonly state: 'ENABLED' | 'DISABLED';
  readonly tags: Readonly<Record<string, string>>;
  /** The AWS service that owns the rule; nobody else may change it. */
  readonly managedBy?: string;
}

/** Rules by `bus/name`. */
export interface RuleBook {
  readonly find: (key: string) => StoredRule | undefined;
  readonly put: (key: string, rule: StoredRule) => void;
}

export interface EventBridgeOptions extends AwsStandInOptions {
  /** Rules that shall exist, by `bus/name`; one that is there already keeps its state. */
  readonly rules?: Readonly<Record<string, StoredRule>>;
}

export interface EventBridgeSandbox extends AwsStandIn {
  readonly faults: Faults<EventBridgeFaultKind>;
  readonly ruleArn: (name: string, bus?: string) => string;
  readonly rule: (name: string, bus?: string) => StoredRule | undefined;
  /** What an operator does in the console. */
  readonly setState: (name: string, state: StoredRule['state']) => void;
}

/** Starts a stand-in for Amazon EventBridge on 127.0.0.1 that knows rules, their states and their tags. */
export async function startEventBridge(options: EventBridgeOptions): Promise<EventBridgeSandbox> {
  const scope = standInScope(options, 'events');
  const faults = new Faults(EVENTBRIDGE_FAULTS);
  const book = openBook(options.directory);
  for (const [key, rule] of Object.entries(options.rules ?? {})) if (book.find(key) === undefined) book.put(key, rule);
  const arnStart = `arn:aws:events:${scope.region}:${SANDBOX_ACCOUNT}:rule/`;
  const service = { scope, faults, book, arnStart, clock: standInClock(options) };
  const server = await listen((request, response) => void handle(service, request, response), options.port ?? 0);
  return {
    ...scope,
    endpoint: server.endpoint,
    faults,
    ruleArn: (name, bus = 'default') => arnStart + (bus === 'default' ? name : `${bus}/${name}`),
    rule: (name, bus = 'default') => book.find(`${bus}/${name}`),
    setState: (name, state) => {
      const found = book.find(`default/${name}`);
      if (found !== undefined) book.put(`default/${name}`, { ...found, state });
    },
    close: server.close,
  };
}

function openBook(directory: string): RuleBook {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'rules.json');
  const rules = new Map<string, StoredRule>(
    existsSync(path) ? Object.entries<StoredRule>(JSON.parse(readFileSync(path, 'utf8'))) : [],
  );
  return {
    find: (key) => rules.get(key),
    put: (key, rule) => {
      rules.set(key, rule);
      writeFileSync(path, JSON.stringify(Object.fromEntries(rules)));
    },
  };
}
