import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Clock } from '#framework';

import type { Faults } from '../aws/faults.ts';
import { Refusal } from '../aws/refusal.ts';
import type { SignatureRefusal, SigningScope } from '../aws/signature.ts';
import { readSigned } from '../aws/stand-in.ts';
import { element } from '../aws/xml.ts';
import type { PublishedMessage, SnsFaultKind } from './index.ts';

export interface SnsService {
  readonly scope: SigningScope;
  readonly faults: Faults<SnsFaultKind>;
  /** ARNs of the topics that exist. */
  readonly topics: Set<string>;
  readonly topicArn: (name: string) => string;
  readonly clock: Clock;
  readonly keep: (message: PublishedMessage) => void;
  readonly newId: () => string;
}

/** AWS Query protocol: a form in, XML out. */
export async function handle(service: SnsService, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { body, verdict } = await readSigned(request, service.scope, service.clock.now().epochMilliseconds);
    if (verdict.kind === 'refused') throw new Refusal(403, REFUSALS[verdict.reason], verdict.message);
    const form = new URLSearchParams(body.toString('utf8'));
    const action = form.get('Action') ?? '';
    const fault = service.faults.take(action, form.get('TopicArn') ?? form.get('Name') ?? '');
    if (fault === 'throttled') throw new Refusal(429, 'Throttled', 'Rate exceeded.');
    if (fault === 'internal_error') throw new Refusal(500, 'InternalError', 'Internal failure.');
    const result = run(service, action, form);
    if (fault === 'lost_response') return void response.destroy();
    send(response, 200, element(`${action}Response`, [element(`${action}Result`, [result]), metadata(service)]));
  } catch (error) {
    const known = error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error));
    const type = known.status < 500 ? 'Sender' : 'Receiver';
    const inner = [element('Type', type), element('Code', known.code), element('Message', known.message)];
    send(
      response,
      known.status,
      element('ErrorResponse', [element('Error', inner), element('RequestId', service.newId())]),
    );
  }
}

const REFUSALS: Readonly<Record<SignatureRefusal, string>> = {
  missing: 'MissingAuthenticationToken',
  malformed: 'IncompleteSignature',
  unknown_key: 'InvalidClientTokenId',
  wrong_scope: 'SignatureDoesNotMatch',
  too_skewed: 'SignatureDoesNotMatch',
  mismatch: 'SignatureDoesNotMatch',
};

function run(service: SnsService, action: string, form: URLSearchParams): string {
  if (action === 'CreateTopic') return createTopic(service, form);
  if (action === 'Publish') return publish(service, form);
  throw new Refusal(400, 'InvalidAction', `This stand-in does not implement the action "${action}".`);
}

function createTopic(service: SnsService, form: URLSearchParams): string {
  const name = form.get('Name') ?? '';
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw new Refusal(400, 'InvalidParameter', 'Invalid parameter: Topic Name');
  const arn = service.topicArn(name);
  service.topics.add(arn);
  return element('TopicArn', arn);
}

const MOST_MESSAGE_BYTES = 262_144;
/** What SNS accepts as the subject of an e-mail. */
const SUBJECT = /^[!-~][ -~]{0,98}$/;

function publish(service: SnsService, form: URLSearchParams): string {
  const topicArn = form.get('TopicArn') ?? '';
  const message = form.get('Message') ?? '';
  const subject = form.get('Subject') ?? undefined;
  if (!topicArn.startsWith('arn:')) throw new Refusal(400, 'InvalidParameter', 'Invalid parameter: TopicArn');
  if (!service.topics.has(topicArn)) throw new Refusal(404, 'NotFound', 'Topic does not exist');
  if (message === '') throw new Refusal(400, 'InvalidParameter', 'Invalid parameter: Empty message');
  if (subject !== undefined && !SUBJECT.test(subject))
    throw new Refusal(400, 'InvalidParameter', 'Invalid parameter: Subject');
  if (Buffer.byteLength(message) > MOST_MESSAGE_BYTES) {
    throw new Refusal(400, 'InvalidParameter', 'Invalid parameter: Message too long');
  }
  const messageId = service.newId();
  service.keep({ messageId, topicArn, subject, message, publishedAt: service.clock.now().toString() });
  return element('MessageId', messageId);
}

function metadata(service: SnsService): string {
  return element('ResponseMetadata', [element('RequestId', service.newId())]);
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
}
