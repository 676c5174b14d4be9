import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { Temporal } from '#framework';
import { Fault } from '../faults/fault.ts';
import type { Vault } from '../vault.ts';
import { describeFiles } from './describe-files.ts';
import type { Exchange } from './serve-api.ts';

/** The stand-in's own calls, under `/sandbox/`; a real Vault has none of them. */
export async function serveAdmin(vault: Vault, { request, response }: Exchange): Promise<void> {
  const url = new URL(request.url ?? '/', vault.url);
  const handler = ROUTES[`${request.method ?? ''} ${url.pathname}`];
  const answer =
    handler === undefined ? unknown() : await handler(vault, { query: url.searchParams, body: await text(request) });
  response.writeHead(answer.status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(answer.body));
}

interface AdminCall {
  readonly query: URLSearchParams;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ROUTES: Readonly<Record<string, (vault: Vault, call: AdminCall) => Answer | Promise<Answer>>> = {
  'GET /sandbox/faults': ({ faults }) => ok(faults.list()),
  'POST /sandbox/faults': addFaults,
  'DELETE /sandbox/faults': ({ faults }) => {
    faults.clear();
    return ok([]);
  },
  'GET /sandbox/truth': tellTruth,
  'GET /sandbox/files': async (vault) => ok(await describeFiles(vault)),
  'POST /sandbox/reset': (vault) => {
    vault.faults.clear();
    vault.sessions.endAll();
    vault.logins.reset();
    return ok({});
  },
};

const Faults = z.union([z.array(Fault), Fault.transform((fault) => [fault])]);
const Text = z.string().transform((value, context): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});
const FaultsText = Text.pipe(Faults);

function addFaults({ faults }: Vault, { body }: AdminCall): Answer {
  const parsed = FaultsText.safeParse(body);
  if (!parsed.success) return { status: 400, body: { problem: z.prettifyError(parsed.error) } };
  faults.add(...parsed.data);
  return ok(faults.list());
}

const Moment = z.iso.datetime().transform((value) => Temporal.Instant.from(value));

function tellTruth({ truth, options }: Vault, { query }: AdminCall): Answer {
  const parsed = Moment.safeParse(query.get('upTo') ?? options.clock.now().toString());
  if (!parsed.success)
    return { status: 400, body: { problem: 'upTo must be an instant such as 2026-01-20T08:15:00Z.' } };
  return ok(truth.upTo(parsed.data));
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function unknown(): Answer {
  return { status: 404, body: { problem: `The stand-in knows: ${Object.keys(ROUTES).join(', ')}.` } };
}
