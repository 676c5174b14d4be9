import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
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

export const SNS_FAULTS = [
  /** 400 Throttled before anything is done. */
  'throttled',
  /** 500 InternalError before anything is done. */
  'internal_error',
  /** The message is kept, and the connection is reset instead of an answer. */
  'lost_response',
] as const;
export type SnsFaultKind = (typeof SNS_FAULTS)[number];

export interface PublishedMessage {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject: string | undefined;
  readonly message: string;
  readonly publishedAt: string;
}

export interface SnsOptions extends AwsStandInOptions {
  /** Names of topics that shall exist. */
  readonly topics?: readonly string[];
}

export interface SnsSandbox extends AwsStandIn {
  readonly faults: Faults<SnsFaultKind>;
  /** Everything published since the directory was made, in order. */
  readonly messages: () => readonly PublishedMessage[];
  readonly topicArn: (name: string) => string;
}

/** Starts a stand-in for Amazon SNS on 127.0.0.1 that keeps what is published instead of delivering it. */
export async function startSns(options: SnsOptions): Promise<SnsSandbox> {
  const scope = standInScope(options, 'sns');
  const clock = standInClock(options);
  const faults = new Faults(SNS_FAULTS);
  const book = openBook(options.directory);
  const topicArn = (name: string): string => `arn:aws:sns:${scope.region}:${SANDBOX_ACCOUNT}:${name}`;
  const topics = new Set((options.topics ?? []).map(topicArn));
  const service = { scope, faults, topics, topicArn, clock, keep: book.keep, newId: randomUUID };
  const server = await listen((request, response) => void handle(service, request, response), options.port ?? 0);
  return { ...scope, endpoint: server.endpoint, faults, topicArn, messages: book.messages, close: server.close };
}

function openBook(directory: string): {
  readonly keep: (message: PublishedMessage) => void;
  readonly messages: () => readonly PublishedMessage[];
} {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'messages.jsonl');
  const lines = existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}'))
    : [];
  const messages: PublishedMessage[] = lines.map((line) => JSON.parse(line));
  return {
    messages: () => [...messages],
    keep: (message) => {
      appendFileSync(path, `${JSON.stringify(message)}\n`);
      messages.push(message);
    },
  };
}
