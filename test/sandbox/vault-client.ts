import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

import { parse } from 'csv-parse/sync';
import { extract } from 'tar-stream';
import { z } from 'zod';

import { type Clock, Temporal } from '#framework';
import { type VaultOptions, type VaultSandbox, startVault } from '../../sandbox/vault/index.ts';
import { mustClose } from '../support/leaks.ts';

/** Midnight in Los Angeles. */
export const ENABLED = Temporal.Instant.from('2026-01-20T08:00Z');

export interface MovableClock extends Clock {
  readonly set: (moment: Temporal.Instant) => void;
  /** Sets the clock to the moment at which this many windows have been published. */
  readonly afterWindows: (windows: number) => void;
}

export function movableClock(from = ENABLED): MovableClock {
  let now = from;
  const set = (moment: Temporal.Instant): void => {
    now = moment;
  };
  return { now: () => now, set, afterWindows: (windows) => set(from.add({ minutes: 15 * (windows + 1) })) };
}

export interface VaultBench {
  readonly vault: VaultSandbox;
  readonly clock: MovableClock;
  readonly client: VaultClient;
}

/** A small Vault that was just enabled, and a client that is logged in. */
export async function openVault(options: Partial<VaultOptions> = {}): Promise<VaultBench> {
  const clock = movableClock(options.enabledAt);
  const vault = mustClose('vault', await startVault({ enabledAt: ENABLED, clock, rows: 400, ...options }));
  const client = new VaultClient(vault);
  await client.logIn();
  return { vault, clock, client };
}

const Login = z.object({
  responseStatus: z.string(),
  sessionId: z.string().default(''),
  vaultId: z.number().default(0),
  vaultIds: z.array(z.object({ id: z.number(), url: z.string() })).default([]),
  errorType: z.string().optional(),
  errors: z.array(z.object({ type: z.string(), message: z.string() })).default([]),
});

const Part = z.object({
  name: z.string(),
  filename: z.string(),
  filepart: z.int(),
  size: z.int(),
  md5checksum: z.string().optional(),
  url: z.string(),
});

const Item = z.strictObject({
  name: z.string(),
  filename: z.string(),
  extract_type: z.string(),
  start_time: z.string(),
  stop_time: z.string(),
  record_count: z.int(),
  size: z.int(),
  fileparts: z.int(),
  filepart_details: z.array(Part),
});
export type Item = z.infer<typeof Item>;

const ErrorItem = z.strictObject({
  name: z.string(),
  error: z.strictObject({ next_retry: z.string(), message: z.string() }),
});

const List = z.object({
  responseStatus: z.literal('SUCCESS'),
  responseDetails: z.object({ total: z.int() }),
  data: z.array(z.union([Item, ErrorItem])),
});

const Failure = z.object({
  responseStatus: z.enum(['FAILURE', 'EXCEPTION']),
  errors: z.array(z.object({ type: z.string(), message: z.string() })),
});

export class VaultClient {
  readonly #vault: VaultSandbox;
  session = '';

  constructor(vault: VaultSandbox) {
    this.#vault = vault;
  }

  async logIn(fields: Readonly<Record<string, string>> = {}): Promise<z.infer<typeof Login>> {
    const { username, password } = this.#vault;
    const body = new URLSearchParams({ username, password, ...fields });
    const login = Login.parse(await (await this.call('auth', { method: 'POST', body })).json());
    this.session = login.sessionId;
    return login;
  }

  /** A call with the session; the path follows the version. */
  async call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = this.session === '' ? {} : { Authorization: this.session };
    return await fetch(`${this.#vault.url}/api/v25.1/${path}`, { headers, ...init });
  }

  async list(query: Readonly<Record<string, string>> = {}): Promise<z.infer<typeof List>> {
    const response = await this.call(`services/directdata/files?${new URLSearchParams(query).toString()}`);
    return List.parse(await response.json());
  }

  /** The items that are files. */
  async items(query: Readonly<Record<string, string>> = {}): Promise<Item[]> {
    const { data } = await this.list(query);
    return data.flatMap((item) => ('error' in item ? [] : [item]));
  }

  async item(name: string): Promise<Item> {
    const found = (await this.items()).find((item) => item.name === name);
    if (found === undefined) throw new Error(`The list holds no file ${name}.`);
    return found;
  }

  async part(name: string): Promise<Response> {
    return await this.call(`services/directdata/files/${name}`);
  }

  /** Type of the error that a call answers with. */
  async failureOf(path: string, init: RequestInit = {}): Promise<string | undefined> {
    const response = await this.call(path, init);
    return Failure.parse(await response.json()).errors[0]?.type;
  }

  /** Downloads, verifies and unpacks a file. */
  async open(item: Item): Promise<Archive> {
    const parts: Buffer[] = [];
    for (const part of item.filepart_details.toSorted((a, b) => a.filepart - b.filepart)) {
      const response = await fetch(part.url, { headers: { Authorization: this.session } });
      const bytes = Buffer.from(await response.arrayBuffer());
      const md5 = createHash('md5').update(bytes).digest('hex');
      if (bytes.length !== part.size || md5 !== part.md5checksum)
        throw new Error(`The part ${part.name} is not whole.`);
      parts.push(bytes);
    }
    return await unpack(Buffer.concat(parts));
  }
}

export interface Member {
  readonly name: string;
  readonly type: string;
  readonly linkname: string | undefined;
  readonly text: string;
}

/** The members of an archive. */
export class Archive {
  readonly members: readonly Member[];

  constructor(members: readonly Member[]) {
    this.members = members;
  }

  has(name: string): boolean {
    return this.members.some((member) => member.name === name);
  }

  /** The rows of a CSV member with its header. */
  csv(name: string): string[][] {
    const member = this.members.find((candidate) => candidate.name === name);
    if (member === undefined) throw new Error(`The archive has no member ${name}.`);
    return parseCsv(member.text);
  }

  /** The rows of a CSV member by column name. */
  records(name: string): Record<string, string>[] {
    const [header = [], ...rows] = this.csv(name);
    return rows.map((row) => Object.fromEntries(header.map((column, index) => [column, row[index] ?? ''])));
  }
}

function parseCsv(text: string): string[][] {
  return parse(text, { record_delimiter: '\n' });
}

async function unpack(bytes: Buffer): Promise<Archive> {
  const tar = extract();
  tar.end(gunzipSync(bytes));
  const members: Member[] = [];
  for await (const entry of tar) {
    const { name, type, linkname } = entry.header;
    members.push({
      name,
      type: type ?? 'file',
      linkname: linkname ?? undefined,
      text: (await buffer(entry)).toString(),
    });
  }
  return new Archive(members);
}
