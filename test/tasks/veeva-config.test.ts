import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import type { Environment } from '#framework';

import { readVaultSettings } from '../../tasks/veeva/config.ts';

const VAPIL = JSON.stringify({
  authenticationType: 'BASIC',
  idpOauthScope: 'openid',
  vaultUsername: 'file.user@acme.com',
  vaultPassword: 'from-the-file',
  vaultDNS: 'Acme.veevavault.com',
  vaultSessionId: '',
  vaultClientId: 'acme-direct-data',
  httpTimeout: null,
  logApiErrors: true,
});

const CONNECTOR = JSON.stringify({
  convert_to_parquet: false,
  extract_document_content: true,
  direct_data: { start_time: '2026-01-19T00:00Z', stop_time: '2026-04-09T00:00Z', extract_type: 'log' },
  s3: { bucket_name: 'acme', direct_data_folder: 'landing/direct-data' },
  redshift: { host: 'cluster' },
});

const FILES: Readonly<Record<string, string>> = { 'vapil_settings.json': VAPIL, 'connector_config.json': CONNECTOR };
const LOGIN = { VAULT_DNS: 'acme.veevavault.com', VAULT_USERNAME: 'me@acme.com', VAULT_PASSWORD: 'hush-hush' };

function read(environment: Environment, files: Readonly<Record<string, string>> = {}) {
  return readVaultSettings({ environment, readFile: (path) => files[path] });
}

function problemsOf(environment: Environment, files: Readonly<Record<string, string>> = {}): string {
  const reading = read(environment, files);
  return reading.kind === 'unreadable' ? reading.problems.join('\n') : '';
}

describe('Vault settings', () => {
  it('understand the files of Veeva and tolerate what else stands in them', () => {
    const reading = read({}, FILES);
    expect(reading).toMatchObject({
      kind: 'read',
      settings: {
        url: 'https://acme.veevavault.com',
        host: 'acme.veevavault.com',
        username: 'file.user@acme.com',
        clientId: 'acme-direct-data',
        extractKind: 'log',
        stageFormat: 'csv',
        archiveFolder: 'landing/direct-data',
        apiVersion: 'v25.2',
        // Those tools' own switch for documents starts other work: ours has to be asked for.
        documentContent: 'none',
      },
    });
  });

  it('prefer the environment to the files', () => {
    const reading = read(
      {
        ...LOGIN,
        VAULT_URL: 'http://127.0.0.1:4711/',
        VAULT_DNS: '127.0.0.1:4711',
        VAULT_ID: '143462',
        extract_type: 'full_directdata',
        STAGE_FORMAT: 'parquet',
        TRANSFER_DIRECTORY: '/data/transfer',
        UNPACKED_LIMIT_GB: '50',
        VAULT_DOCUMENT_CONTENT: 'both',
        ON_LONG_TEXT: 'super',
      },
      FILES,
    );
    expect(reading).toMatchObject({
      kind: 'read',
      settings: {
        url: 'http://127.0.0.1:4711',
        host: '127.0.0.1:4711',
        vaultId: 143_462,
        username: 'me@acme.com',
        extractKind: 'full',
        stageFormat: 'parquet',
        transferDirectory: '/data/transfer',
        unpackedLimit: 50e9,
        documentContent: 'both',
        onLongText: 'super',
      },
    });
  });

  it('take what becomes of bad rows from the file too, where numbers may be numbers, and the environment before it', () => {
    const file = JSON.stringify({
      direct_data: {
        on_missing_column: 'fail',
        on_bad_row: 'quarantine',
        on_bad_characters: 'replace',
        on_long_text: 'split',
        quarantine_rows: 50,
        quarantine_percent: 0.5,
        document_content: 'text',
      },
    });
    expect(read({ ...LOGIN, QUARANTINE_ROWS: '7' }, { 'connector_config.json': file })).toMatchObject({
      kind: 'read',
      settings: {
        onMissingColumn: 'fail',
        onLongText: 'split',
        badRows: { rows: 'quarantine', characters: 'replace', mostRows: 7, mostPercent: 0.5 },
        documentContent: 'text',
      },
    });
  });

  it('take a stored password instead of the one in the file', () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:vault#password';
    const reading = read({ VAULT_PASSWORD_SECRET: arn }, FILES);
    expect(reading).toMatchObject({ kind: 'read', settings: { password: { kind: 'stored', reference: arn } } });
  });

  it('never print the password', () => {
    expect(inspect(read(LOGIN), { depth: 9 })).not.toContain('hush-hush');
    expect(JSON.stringify(read(LOGIN))).not.toContain('hush-hush');
    expect(problemsOf({ ...LOGIN, VAULT_DNS: 'not a host', VAULT_PASSWORD_SECRET: 'hush-hush-too' })).not.toContain(
      'hush-hush',
    );
  });

  it('never print the password out of a file that is not JSON', () => {
    expect(problemsOf({}, { 'vapil_settings.json': '{"vaultPassword": hunter2}' })).not.toContain('hunter2');
  });

  it('report every mistake at once, each by the name that the operator must change', () => {
    const problems = problemsOf(
      {
        VAULT_DNS: 'https://acme',
        VAULT_API_VERSION: '25',
        VAULT_TIMEOUT_SECONDS: 'long',
        EXTRACT_TYPE: 'delta',
        VAULT_DOCUMENT_CONTENT: 'all',
        VAPIL_SETTINGS_FILE: 'gone.json',
      },
      { 'connector_config.json': '{' },
    );
    expect(problems.split('\n')).toHaveLength(8);
    for (const name of [
      'gone.json',
      'connector_config.json',
      'VAULT_DNS',
      'VAULT_USERNAME',
      'VAULT_API_VERSION',
      'VAULT_TIMEOUT_SECONDS',
      'EXTRACT_TYPE',
      'VAULT_DOCUMENT_CONTENT',
    ]) {
      expect(problems).toContain(name);
    }
  });

  it.each([
    ['both kinds of password', { ...LOGIN, VAULT_PASSWORD_SECRET: 'arn:aws:secretsmanager:x' }, 'Keep one of the two'],
    [
      'no password',
      { ...LOGIN, VAULT_PASSWORD: '' },
      'VAULT_PASSWORD or vaultPassword in vapil_settings.json: is missing',
    ],
    ['no Vault', { ...LOGIN, VAULT_DNS: '' }, 'VAULT_DNS or vaultDNS in vapil_settings.json: is missing'],
    ['a path in the address', { ...LOGIN, VAULT_URL: 'https://acme.veevavault.com/api' }, 'without a path'],
    ['a folder that climbs', { ...LOGIN, DIRECT_DATA_FOLDER: '/data' }, 'DIRECT_DATA_FOLDER'],
    ['a policy for long text that is none', { ...LOGIN, ON_LONG_TEXT: 'cut' }, 'expected fail, super or split'],
    ['a moment that is none', { ...LOGIN, DIRECT_DATA_START_TIME: 'yesterday' }, 'expected a moment'],
  ])('refuse %s', (_what, environment, expected) => {
    expect(problemsOf(environment)).toContain(expected);
  });

  it('refuse another way of logging in than by password', () => {
    const oauth = JSON.stringify({ authenticationType: 'OAUTH_ACCESS_TOKEN' });
    expect(problemsOf(LOGIN, { 'vapil_settings.json': oauth })).toContain('expected BASIC');
  });
});
