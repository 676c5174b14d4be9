import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { operations } from '#framework/operate';

import type { Mismatch } from '../../sandbox/demo/compare-table.ts';
import type { Fault } from '../../sandbox/vault/index.ts';
import type { FaultKind } from '../../sandbox/vault/faults/fault.ts';
import { eventually } from '../support/engine.ts';
import { type VeevaInstallation, fileOf, loadFull, openVeeva, windowEnd } from '../support/veeva-installation.ts';

/** How a window with the fault ends: loaded all the same, failed until Vault is repaired, or put off until it is there. */
interface Switch {
  readonly faults: (file: string, window: number) => readonly Fault[];
  readonly ends: 'exact' | 'deferred' | { readonly code: string };
  /** A column of the table `metadata` that comes with the fault where the window has changes of the schema: the truth has no faults. */
  readonly brings?: string;
}

const USERS = 'Object.user__sys';
/** Users sign in in every busy window. */
const FIRST_NAME = { extract: USERS, column: 'name__v', row: 0 } as const;
const download = 'download';

function exact(...faults: readonly Fault[]): Switch {
  return { faults: () => faults, ends: 'exact' };
}

function refused(code: string, fault: (file: string) => Fault): Switch {
  return { faults: (file) => [fault(file)], ends: { code } };
}

/** Every switch of the Vault stand-in: one without a row here does not compile. */
const SWITCHES: Readonly<Record<FaultKind, Switch>> = {
  delay: exact({ kind: 'delay', endpoint: download, ms: 30, times: 1 }),
  status: exact({ kind: 'status', endpoint: download, status: 503, times: 2 }),
  reset: exact({ kind: 'reset', endpoint: download, afterBytes: 500, times: 1 }),
  session_expired: exact({ kind: 'session_expired', endpoint: download, times: 1 }),
  failure: refused('E_VAULT_REQUEST_REFUSED', (file) => ({
    kind: 'failure',
    endpoint: download,
    type: 'INVALID_DATA',
    file: `${file}.001`,
  })),
  burst_remaining: exact({ kind: 'burst_remaining', endpoint: download, remaining: 3, times: 1 }),
  truncated: exact({ kind: 'truncated', bytes: 100, times: 1 }),
  corrupted: exact({ kind: 'corrupted', times: 1 }),
  other_vault: {
    faults: () => [
      { kind: 'session_expired', endpoint: 'list', times: 1 },
      { kind: 'other_vault', vaultId: 7, host: 'other.veevavault.com' },
    ],
    ends: { code: 'E_VAULT_WRONG_VAULT' },
  },
  no_data_yet: { faults: () => [{ kind: 'no_data_yet', form: 'failure' }], ends: 'deferred' },
  unsorted: exact({ kind: 'unsorted', order: 'descending' }),
  times_with_seconds: exact({ kind: 'times_with_seconds' }),
  no_md5: exact({ kind: 'no_md5' }),
  wrong_md5: refused('E_VAULT_PART_MD5', (file) => ({ kind: 'wrong_md5', file })),
  wrong_size: refused('E_VAULT_PARTS_INCOMPLETE', (file) => ({ kind: 'wrong_size', file })),
  error_item: {
    faults: (file, window) => [{ kind: 'error_item', file, nextRetry: windowEnd(window + 2).toString() }],
    ends: 'deferred',
  },
  missing: { faults: (file) => [{ kind: 'missing', file }], ends: 'deferred' },
  listed_twice: exact({ kind: 'listed_twice' }),
  foreign_url: refused('E_VAULT_FOREIGN_URL', (file) => ({ kind: 'foreign_url', host: 'evil.example', file })),
  private_url: exact({ kind: 'private_url' }),
  manifest_without_type: refused('E_ARCHIVE_MANIFEST_UNREADABLE', (file) => ({ kind: 'manifest_without_type', file })),
  missing_member: refused('E_ARCHIVE_EXTRACT_MISSING', (file) => ({ kind: 'missing_member', extract: USERS, file })),
  records_mismatch: refused('E_ARCHIVE_ROW_COUNT', (file) => ({
    kind: 'records_mismatch',
    extract: USERS,
    by: 1,
    file,
  })),
  value: refused('E_TEXT_NUL', (file) => ({ kind: 'value', ...FIRST_NAME, value: 'Zo\u0000e', file })),
  bytes: refused('E_TEXT_NOT_UTF8', (file) => ({ kind: 'bytes', ...FIRST_NAME, hex: '5a6fc328', file })),
  metadata_type: refused('E_NUMBER_UNREADABLE', (file) => ({
    kind: 'metadata_type',
    extract: USERS,
    column: 'username__sys',
    type: 'Number',
    file,
  })),
  member: refused('E_ARCHIVE_MEMBER_REFUSED', (file) => ({
    kind: 'member',
    name: 'Object/link.csv',
    type: 'symlink',
    linkname: '/etc/passwd',
    file,
  })),
  duplicate_member: refused('E_ARCHIVE_MEMBER_TWICE', (file) => ({ kind: 'duplicate_member', extract: USERS, file })),
  directory_entries: exact({ kind: 'directory_entries' }),
  extra_folder: exact({ kind: 'extra_folder', name: 'export' }),
  members_reversed: exact({ kind: 'members_reversed' }),
  delete_extract_suffix: exact({ kind: 'delete_extract_suffix', suffix: '_deletes' }),
  metadata_date_name: {
    ...exact({ kind: 'metadata_date_name', name: 'modified_date__v' }),
    brings: 'modified_date__v',
  },
  extra_metadata_column: {
    ...exact({ kind: 'extra_metadata_column', name: 'formula', at: 3 }),
    brings: 'formula',
  },
};

/** Further forms of a switch. */
const FORMS: Readonly<Record<string, Switch>> = {
  'no_data_yet, as an empty list': { faults: () => [{ kind: 'no_data_yet', form: 'empty' }], ends: 'deferred' },
  'unsorted, shuffled': exact({ kind: 'unsorted', order: 'shuffled' }),
  'failure, of a Vault that only administrators may enter': {
    faults: () => [{ kind: 'failure', endpoint: 'list', type: 'CONFIGURATION_MODE_ENABLED' }],
    ends: 'deferred',
  },
};

// One installation for the whole file: every switch takes the next busy window of the same Vault and leaves it whole.
let veeva: VeevaInstallation;
let newest = 0;
/** Columns of the table `metadata` that switches have brought so far. */
const brought: string[] = [];

beforeAll(async () => {
  veeva = await openVeeva();
  await loadFull(veeva);
});
afterAll(() => veeva.close());
afterEach(() => veeva.sandbox.vault.faults.clear());

describe('each switch of the Vault stand-in', () => {
  it.each([...Object.entries(SWITCHES), ...Object.entries(FORMS)])(
    'ends as it must, and the tables are those of the Vault: %s',
    async (_kind, row) => {
      const window = await nextBusyWindow();
      veeva.sandbox.vault.faults.add(...row.faults(fileOf(window), window));
      veeva.publish(window);
      if (row.ends === 'exact') await veeva.completed(window);
      else if (row.ends === 'deferred') await healed(window);
      else await refusedAndRepaired(window, row.ends.code);
      const differences = await veeva.differences(newest);
      if (row.brings !== undefined) brought.push(row.brings);
      expect(differences.filter((each) => !isBrought(each))).toEqual([]);
      expect(await veeva.watermark()).toEqual(windowEnd(newest));
    },
  );
});

function isBrought({ table, column, found }: Mismatch): boolean {
  return table === 'metadata' && brought.includes(column) && found === 'a column';
}

describe('a login that Vault refuses', () => {
  const logIn = async (password: string): Promise<string> => {
    const { url, username } = veeva.sandbox.vault;
    const body = new URLSearchParams({ username, password });
    const reply = await fetch(`${url}/api/v25.2/auth`, { method: 'POST', body });
    return reply.text();
  };
  const endSession = () => veeva.sandbox.vault.faults.add({ kind: 'session_expired', endpoint: 'list', times: 1 });

  it('for a user who is locked out fails the window by name, and it loads once the user is let in', async () => {
    const window = await nextBusyWindow();
    for (const wrong of ['a', 'b', 'c', 'd', 'e']) await logIn(wrong);
    expect(await logIn(veeva.sandbox.vault.password)).toContain('USER_LOCKED_OUT');
    endSession();
    veeva.publish(window);
    const { error } = await veeva.ended(window);
    expect(error).toMatchObject({ kind: 'ConfigFailure', code: 'E_VAULT_LOGIN_REFUSED' });
    expect(error?.message).toMatch(/USER_LOCKED_OUT.*in Vault that the user is active and not locked/);
    veeva.sandbox.vault.unlock();
    await veeva.rerun(window);
    expect((await veeva.differences(window)).filter((each) => !isBrought(each))).toEqual([]);
  });

  it('beyond the logins of a minute is left alone until the limit has passed', async () => {
    const window = await nextBusyWindow();
    while (!(await logIn(veeva.sandbox.vault.password)).includes('API_LIMIT_EXCEEDED'));
    endSession();
    veeva.publish(window);
    const waits = await eventually('the wait', async () => {
      const text = `select failure from task_attempt where failure ->> 'code' = 'E_VAULT_BUSY'`;
      return (await veeva.windrow.store.database.run({ text }))[0];
    });
    expect(waits['failure']).toMatchObject({ kind: 'RemoteFailure', details: { type: 'API_LIMIT_EXCEEDED' } });
    expect(await veeva.find(window)).toMatchObject({ pipelineStatus: 'IN_PROGRESS' });
    veeva.sandbox.vault.unlock();
    await insteadOfAMinute(window);
    expect((await veeva.differences(window)).filter((each) => !isBrought(each))).toEqual([]);
  });
});

/** A person who does not wait for the next try. */
async function insteadOfAMinute(window: number): Promise<void> {
  const { id } = await eventually('the record', () => veeva.find(window));
  const by = operations(veeva.windrow);
  await by.cancelRecord(id);
  await eventually('the new run', async () => {
    const answer = await by.rerunRecord(id);
    return answer.kind === 'started' ? answer : undefined;
  });
  await veeva.completed(window);
}

/** In the fourth and sixth of twelve windows of the simulated Vault nobody works. */
async function nextBusyWindow(): Promise<number> {
  for (newest += 1; newest % 12 === 4 || newest % 12 === 6; newest += 1) {
    veeva.publish(newest);
    await veeva.completed(newest);
  }
  return newest;
}

async function refusedAndRepaired(window: number, code: string): Promise<void> {
  expect(await veeva.ended(window)).toMatchObject({ pipelineStatus: 'FAILED', error: { code } });
  expect(await veeva.loads(window)).toEqual([]);
  expect(await veeva.differences(window - 1)).toEqual([]);
  veeva.sandbox.vault.faults.clear();
  await veeva.rerun(window);
}

/** Waits for the deferral, ends the fault, and lets an hour pass. */
async function healed(window: number): Promise<void> {
  await eventually('the window to wait', async () => {
    const text = `select task_id from task_instance where state = 'deferred'`;
    return (await veeva.windrow.store.database.run({ text }))[0];
  });
  expect(await veeva.loads(window)).toEqual([]);
  veeva.sandbox.vault.faults.clear();
  newest = window + 4;
  veeva.publish(newest);
  for (let late = window; late <= newest; late += 1) await veeva.completed(late);
}
