import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import {
  type Millis,
  type Reading,
  type SecretReference,
  type SettingSources,
  type StageFormat,
  STAGE_FORMATS,
  Secret,
  Temporal,
  readSettings,
  seconds,
  withProblems,
} from '#framework';

import { CONTENT_CHOICES, type ContentChoice } from './documents/content-choice.ts';
import { EXTRACT_KINDS, type ExtractKind } from './files/extract-kind.ts';
import type { BadRowOptions } from './stage/bad-rows.ts';
import type { MissingColumnPolicy } from './stage/missing-columns.ts';
import { SETTING_NAMES, settingValues } from './setting-values.ts';
import { readVendorFiles } from './vendor-files.ts';

/** How to reach one Vault and what to take from it. */
export interface VaultSettings {
  /** Where requests go, without a trailing slash: `https://acme.veevavault.com`. */
  readonly url: string;
  /** Host that the session must belong to; a session for another Vault is refused. */
  readonly host: string;
  /** Where known, the session must carry this id as well. */
  readonly vaultId: number | undefined;
  readonly username: string;
  readonly password: SecretReference;
  readonly apiVersion: string;
  readonly clientId: string;
  /** Host suffixes, besides `host`, to which a part's own address may lead. */
  readonly downloadHosts: readonly string[];
  /** Longest wait for an answer; above five minutes, because Vault delays answers when the burst limit is used up. */
  readonly timeout: Millis;
  /** Longest silence inside an answer. */
  readonly idleTimeout: Millis;
  readonly extractKind: ExtractKind;
  readonly stageFormat: StageFormat;
  /** Folder of the object store that holds the downloaded archives. */
  readonly archiveFolder: string;
  /** Local folder for the files of windows under way. */
  readonly transferDirectory: string;
  /** Most bytes that an archive may unpack to; ends a bomb before it fills the disk. */
  readonly unpackedLimit: number;
  /** What a file without a column that the metadata describes does. */
  readonly onMissingColumn: MissingColumnPolicy;
  readonly badRows: BadRowOptions;
  /** `super` and `split` are for targets whose columns end at 65,535 bytes; others hold a longer text whole. */
  readonly onLongText: 'fail' | 'split' | 'super';
  /** Where the first window begins when nothing was loaded before. */
  readonly startTime: Temporal.Instant | undefined;
  /** What of the content of changed document versions is stored. */
  readonly documentContent: ContentChoice;
}

/** Reads `vapil_settings.json` and `connector_config.json`, overridden by the environment; reports every mistake at once. */
export function readVaultSettings(sources: SettingSources): Reading<VaultSettings> {
  const files = readVendorFiles(sources);
  const reading = readSettings<VaultSettings>(Settings, settingValues(sources.environment, files), SETTING_NAMES);
  return withProblems(files.problems, reading);
}

const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$/;
const FOLDER = /^[A-Za-z0-9._=-]+(\/[A-Za-z0-9._=-]+)*$/;

const host = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.string().regex(HOST, 'expected a host name such as acme.veevavault.com'));

const wholeSeconds = (usual: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,4}$/, 'expected whole seconds from 1 to 99999')
    .transform(Number)
    .default(usual);

const instant = z.string().transform((text, context) => {
  try {
    return Temporal.Instant.from(text);
  } catch {
    context.addIssue('expected a moment such as 2026-01-20T00:00Z');
    return z.NEVER;
  }
});

const kinds = EXTRACT_KINDS.flatMap((kind) => [kind, `${kind}_directdata`]);

const Fields = z.strictObject({
  authenticationType: z.literal('BASIC', 'expected BASIC: Windrow logs in with user name and password').optional(),
  url: z
    .string()
    .regex(/^https?:\/\/[^/?#\s]+\/?$/, 'expected https:// and a host, without a path')
    .optional(),
  dns: host.optional(),
  vaultId: z
    .string()
    .regex(/^\d{1,15}$/, 'expected the number of the Vault')
    .transform(Number)
    .optional(),
  username: z.string('is missing. Name the integration user, such as integration.user@acme.com'),
  password: z
    .string()
    .transform((text) => new Secret(text))
    .optional(),
  passwordSecret: z
    .string()
    .regex(/^arn:[\w-]+:secretsmanager:/, 'expected the ARN of a secret in AWS Secrets Manager')
    .optional(),
  apiVersion: z
    .string()
    .regex(/^v\d{2}\.[1-3]$/, 'expected a version such as v25.2')
    .default('v25.2'),
  clientId: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'expected up to 100 letters, digits, dots, dashes and underscores')
    .default('windrow'),
  downloadHosts: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(host))
    .default([]),
  timeoutSeconds: wholeSeconds(420),
  idleTimeoutSeconds: wholeSeconds(120),
  extractType: z
    .string()
    .toLowerCase()
    .refine((text) => kinds.includes(text), `expected one of ${EXTRACT_KINDS.join(', ')}`)
    .transform((text) => EXTRACT_KINDS.find((kind) => text.startsWith(kind)) ?? 'incremental')
    .default('incremental'),
  stageFormat: z.enum(STAGE_FORMATS, `expected one of ${STAGE_FORMATS.join(', ')}`).default('parquet'),
  archiveFolder: z
    .string()
    .regex(FOLDER, 'expected a folder such as direct-data, without leading or trailing slash')
    .default('direct-data'),
  transferDirectory: z.string().default(join(tmpdir(), 'windrow')),
  unpackedLimitGb: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'expected whole gigabytes from 1 to 999999')
    .transform(Number)
    .default(200),
  onMissingColumn: z.enum(['fail', 'null'], 'expected fail or null').default('null'),
  onBadRow: z.enum(['fail', 'quarantine'], 'expected fail or quarantine').default('fail'),
  onBadCharacters: z.enum(['fail', 'replace'], 'expected fail or replace').default('fail'),
  onLongText: z.enum(['fail', 'super', 'split'], 'expected fail, super or split').default('fail'),
  quarantineRows: z
    .string()
    .regex(/^([1-9]\d{0,3}|10000)$/, 'expected a whole number of rows from 1 to 10000')
    .transform(Number)
    .default(1000),
  quarantinePercent: z
    .string()
    .regex(/^(100|\d{1,2}(\.\d{1,4})?)$/, 'expected a percentage from 0 to 100, such as 0.5')
    .transform(Number)
    .optional(),
  startTime: instant.optional(),
  documentContent: z.enum(CONTENT_CHOICES, `expected one of ${CONTENT_CHOICES.join(', ')}`).default('none'),
});

const Settings = Fields.transform((fields, context): VaultSettings => {
  const password = passwordOf(fields);
  if (typeof password === 'string') context.addIssue({ code: 'custom', path: ['password'], message: password });
  const address = fields.url?.replace(/\/$/, '') ?? (fields.dns === undefined ? undefined : `https://${fields.dns}`);
  if (address === undefined)
    context.addIssue({
      code: 'custom',
      path: ['dns'],
      message: 'is missing. Name the host of the Vault, such as acme.veevavault.com',
    });
  if (typeof password === 'string' || address === undefined) return z.NEVER;
  return {
    url: address,
    host: fields.dns ?? new URL(address).host,
    vaultId: fields.vaultId,
    username: fields.username,
    password,
    apiVersion: fields.apiVersion,
    clientId: fields.clientId,
    downloadHosts: fields.downloadHosts,
    timeout: seconds(fields.timeoutSeconds),
    idleTimeout: seconds(fields.idleTimeoutSeconds),
    extractKind: fields.extractType,
    stageFormat: fields.stageFormat,
    archiveFolder: fields.archiveFolder,
    transferDirectory: fields.transferDirectory,
    unpackedLimit: fields.unpackedLimitGb * 1e9,
    onLongText: fields.onLongText,
    onMissingColumn: fields.onMissingColumn,
    badRows: {
      rows: fields.onBadRow,
      characters: fields.onBadCharacters,
      mostRows: fields.quarantineRows,
      mostPercent: fields.quarantinePercent,
    },
    startTime: fields.startTime,
    documentContent: fields.documentContent,
  };
});

/** The reference, or what is wrong. */
function passwordOf(fields: {
  readonly password?: Secret | undefined;
  readonly passwordSecret?: string | undefined;
}): SecretReference | string {
  const { password, passwordSecret } = fields;
  if (password !== undefined && passwordSecret !== undefined)
    return 'is set beside VAULT_PASSWORD_SECRET. Keep one of the two';
  if (passwordSecret !== undefined) return { kind: 'stored', reference: passwordSecret };
  if (password !== undefined) return { kind: 'plain', secret: password };
  return 'is missing. Set it, or VAULT_PASSWORD_SECRET to the ARN of a stored secret';
}
