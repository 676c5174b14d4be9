import type { IncomingMessage, ServerResponse } from 'node:http';

import { z } from 'zod';

import type { Clock, Json } from '#framework';

import type { Faults } from '../aws/faults.ts';
import { JSON_REFUSALS } from '../aws/json-refusals.ts';
import type { SigningScope } from '../aws/signature.ts';
import { readSigned } from '../aws/stand-in.ts';
import type { EventBridgeFaultKind, RuleBook, StoredRule } from './index.ts';

export interface EventBridgeService {
  readonly scope: SigningScope;
  readonly faults: Faults<EventBridgeFaultKind>;
  readonly book: RuleBook;
  /** What every rule's ARN begins with. */
  readonly arnStart: string;
  readonly clock: Clock;
}

class EventBridgeRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** AWS JSON 1.1: the operation in `X-Amz-Target`, JSON in and out. */
export async function handle(
  service: EventBridgeService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { body, verdict } = await readSigned(request, service.scope, service.clock.now().epochMilliseconds);
    if (verdict.kind === 'refused') throw new EventBridgeRefusal(JSON_REFUSALS[verdict.reason], verdict.message);
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^AWSEvents\./, '');
    const input = readInput(body);
    const fault = service.faults.take(operation, input.Name ?? input.ResourceARN ?? '');
    refuseByFault(fault, operation);
    const run = OPERATIONS[operation];
    if (run === undefined)
      throw new EventBridgeRefusal('UnknownOperationException', `This stand-in does not implement "${operation}".`);
    const answer = run(service, input);
    if (fault === 'lost_response') return void response.destroy();
    send(response, 200, answer);
  } catch (error) {
    const code = error instanceof EventBridgeRefusal ? error.code : 'InternalException';
    const message = error instanceof Error ? error.message : String(error);
    send(response, code === 'InternalException' ? 500 : 400, { __type: code, message });
  }
}

function refuseByFault(fault: EventBridgeFaultKind | undefined, operation: string): void {
  if (fault === 'throttled') throw new EventBridgeRefusal('ThrottlingException', 'Rate exceeded.');
  if (fault === 'internal_error') throw new EventBridgeRefusal('InternalException', 'An internal error occurred.');
  if (fault === 'access_denied') {
    const message = `User: arn:aws:iam::123456789012:user/windrow is not authorized to perform: events:${operation}`;
    throw new EventBridgeRefusal('AccessDeniedException', message);
  }
}

const Input = z.object({
  Name: z.string().optional(),
  EventBusName: z.string().optional(),
  ResourceARN: z.string().optional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
  TagKeys: z.array(z.string()).optional(),
});
type Input = z.infer<typeof Input>;

function readInput(body: Buffer): Input {
  try {
    return Input.parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw new EventBridgeRefusal('SerializationException', 'The request is not JSON of the expected shape.');
  }
}

type Operation = (service: EventBridgeService, input: Input) => Json;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeRule: (service, input) => {
    const { key, rule } = named(service, input);
    const { managedBy } = rule;
    const name = key.slice(key.lastIndexOf('/') + 1);
    return { Name: name, State: rule.state, ...(managedBy === undefined ? {} : { ManagedBy: managedBy }) };
  },
  DisableRule: (service, input) => change(service, named(service, input), { state: 'DISABLED' }),
  EnableRule: (service, input) => change(service, named(service, input), { state: 'ENABLED' }),
  ListTagsForResource: (service, input) => {
    const { rule } = addressed(service, input);
    return { Tags: Object.entries(rule.tags).map(([Key, Value]) => ({ Key, Value })) };
  },
  TagResource: (service, input) => {
    const found = addressed(service, input);
    const tags = { ...found.rule.tags, ...checkedTags(input.Tags ?? []) };
    if (Object.keys(tags).length > MOST_TAGS) throw invalid(`A rule has at most ${MOST_TAGS} tags.`);
    return change(service, found, { tags });
  },
  UntagResource: (service, input) => {
    const found = addressed(service, input);
    const kept = Object.entries(found.rule.tags).filter(([key]) => input.TagKeys?.includes(key) !== true);
    return change(service, found, { tags: Object.fromEntries(kept) });
  },
};

interface Found {
  readonly key: string;
  readonly rule: StoredRule;
}

function change({ book }: EventBridgeService, { key, rule }: Found, to: Partial<StoredRule>): Json {
  if (rule.managedBy !== undefined)
    throw new EventBridgeRefusal('ManagedRuleException', `Rule ${key} is managed by ${rule.managedBy}.`);
  book.put(key, { ...rule, ...to });
  return {};
}

function named(service: EventBridgeService, { Name: name = '', EventBusName: bus = 'default' }: Input): Found {
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name)) throw invalid("Value at 'name' failed to satisfy constraint.");
  return findRule(service, `${bus}/${name}`, `Rule ${name} does not exist on EventBus ${bus}.`);
}

function addressed(service: EventBridgeService, { ResourceARN: arn = '' }: Input): Found {
  if (!arn.startsWith(service.arnStart)) throw invalid(`The ARN ${arn} is not that of a rule in this region.`);
  const path = arn.slice(service.arnStart.length);
  return findRule(service, path.includes('/') ? path : `default/${path}`, `Rule ${arn} does not exist.`);
}

function findRule({ book }: EventBridgeService, key: string, missing: string): Found {
  const rule = book.find(key);
  if (rule === undefined) throw new EventBridgeRefusal('ResourceNotFoundException', missing);
  return { key, rule };
}

const MOST_TAGS = 50;
const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

function checkedTags(
  tags: readonly { readonly Key: string; readonly Value: string }[],
): Readonly<Record<string, string>> {
  for (const { Key: key, Value: value } of tags) {
    if (
      key === '' ||
      key.length > 128 ||
      value.length > 256 ||
      !TAG.test(key) ||
      !TAG.test(value) ||
      key.startsWith('aws:')
    )
      throw invalid(`The tag ${key} cannot be used.`);
  }
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

function invalid(message: string): EventBridgeRefusal {
  return new EventBridgeRefusal('ValidationException', message);
}

function send(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
