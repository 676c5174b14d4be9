import { gunzipSync } from 'node:zlib';

import { Temporal, acceleratedClock } from '#framework';

import { startVault } from '../../../sandbox/vault/index.ts';
import type { ExtractKind } from '../../../tasks/veeva/files/extract-kind.ts';

/** A file as the Vault stand-in publishes it. */
export interface BaseArchive {
  readonly name: string;
  readonly kind: ExtractKind;
  readonly bytes: Buffer;
  readonly tar: Buffer;
}

const ENABLED_AT = Temporal.Instant.from('2026-01-20T08:00Z');
const KINDS: Readonly<Record<string, ExtractKind>> = { F: 'full', N: 'incremental', L: 'log' };
/** Windows with a new column, a new object, a dropped column and a dropped object. */
const INCREMENTALS = ['0845', '0915', '0945', '1015'];

/** The Full, a log and four incremental files of a small Vault. */
export async function baseArchives(): Promise<BaseArchive[]> {
  const clock = acceleratedClock(ENABLED_AT.add({ hours: 3, minutes: 16 }), 1);
  const size = { objects: 3, rows: 60, changesPerWindow: 12, logRows: 6 };
  const vault = await startVault({ enabledAt: ENABLED_AT, clock, ...size });
  try {
    const session = await logIn(vault);
    const archives: BaseArchive[] = [];
    for (const { name, parts } of await vault.files()) {
      const kind = KINDS[name.slice(-1)];
      if (kind === undefined || (kind === 'incremental' && !INCREMENTALS.includes(name.slice(-6, -2)))) continue;
      const pieces = [];
      for (const part of parts) pieces.push(await fetchPart(`${vault.url}/api/v25.2`, part.name, session));
      const bytes = Buffer.concat(pieces);
      archives.push({ name: `${name}.tar.gz`, kind, bytes, tar: gunzipSync(bytes) });
    }
    return archives;
  } finally {
    await vault.close();
  }
}

async function logIn({ url, username, password }: Awaited<ReturnType<typeof startVault>>): Promise<string> {
  const body = new URLSearchParams({ username, password });
  const answer: unknown = await (await fetch(`${url}/api/v25.2/auth`, { method: 'POST', body })).json();
  if (typeof answer === 'object' && answer !== null && 'sessionId' in answer) return String(answer.sessionId);
  throw new Error('The Vault stand-in refused the login.');
}

async function fetchPart(api: string, part: string, session: string): Promise<Buffer> {
  const url = `${api}/services/directdata/files/${part}`;
  return Buffer.from(await (await fetch(url, { headers: { Authorization: session } })).arrayBuffer());
}
