import { type Environment, type StageFormat, firstSet } from '#framework';

import type { VendorFiles } from './vendor-files.ts';

/** One value per setting, not yet checked: environment first, then the vendor's files; empty text counts as absent. */
export function settingValues(environment: Environment, files: VendorFiles): Readonly<Record<string, unknown>> {
  return { ...loginValues(environment, files), ...transferValues(environment, files) };
}

function loginValues(environment: Environment, { vapil }: VendorFiles): Readonly<Record<string, unknown>> {
  const passwordSecret = firstSet(environment['VAULT_PASSWORD_SECRET']);
  // A stored password replaces the clear one in the vendor's file; beside one in the environment it is a contradiction.
  const passwordInFile = passwordSecret === undefined ? firstSet(vapil.vaultPassword) : undefined;
  return {
    authenticationType: firstSet(vapil.authenticationType),
    url: firstSet(environment['VAULT_URL']),
    dns: firstSet(environment['VAULT_DNS'], vapil.vaultDNS),
    vaultId: firstSet(environment['VAULT_ID']),
    username: firstSet(environment['VAULT_USERNAME'], vapil.vaultUsername),
    password: firstSet(environment['VAULT_PASSWORD']) ?? passwordInFile,
    passwordSecret,
    apiVersion: firstSet(environment['VAULT_API_VERSION']),
    clientId: firstSet(environment['VAULT_CLIENT_ID'], vapil.vaultClientId),
  };
}

function transferValues(environment: Environment, { connector }: VendorFiles): Readonly<Record<string, unknown>> {
  const { direct_data: directData = {}, s3 = {}, convert_to_parquet: convertToParquet } = connector;
  const extractType = firstSet(environment['EXTRACT_TYPE'], environment['extract_type']);
  return {
    downloadHosts: firstSet(environment['VAULT_DOWNLOAD_HOSTS']),
    timeoutSeconds: firstSet(environment['VAULT_TIMEOUT_SECONDS']),
    idleTimeoutSeconds: firstSet(environment['VAULT_IDLE_TIMEOUT_SECONDS']),
    extractType: extractType ?? firstSet(directData.extract_type),
    stageFormat: firstSet(environment['STAGE_FORMAT']) ?? formatOf(convertToParquet),
    archiveFolder: firstSet(environment['DIRECT_DATA_FOLDER'], s3.direct_data_folder),
    transferDirectory: firstSet(environment['TRANSFER_DIRECTORY']),
    unpackedLimitGb: firstSet(environment['UNPACKED_LIMIT_GB']),
    onMissingColumn: firstSet(environment['ON_MISSING_COLUMN'], directData.on_missing_column),
    onBadRow: firstSet(environment['ON_BAD_ROW'], directData.on_bad_row),
    onBadCharacters: firstSet(environment['ON_BAD_CHARACTERS'], directData.on_bad_characters),
    onLongText: firstSet(environment['ON_LONG_TEXT'], directData.on_long_text),
    quarantineRows: firstSet(environment['QUARANTINE_ROWS'], directData.quarantine_rows),
    quarantinePercent: firstSet(environment['QUARANTINE_PERCENT'], directData.quarantine_percent),
    documentContent: firstSet(environment['VAULT_DOCUMENT_CONTENT'], directData.document_content),
    startTime: firstSet(environment['DIRECT_DATA_START_TIME'], directData.start_time),
  };
}

function formatOf(convertToParquet: boolean | undefined): StageFormat | undefined {
  if (convertToParquet === undefined) return undefined;
  return convertToParquet ? 'parquet' : 'csv';
}

/** What the operator must change, by setting. */
export const SETTING_NAMES: Readonly<Record<string, string>> = {
  authenticationType: 'authenticationType in vapil_settings.json',
  url: 'VAULT_URL',
  dns: 'VAULT_DNS or vaultDNS in vapil_settings.json',
  vaultId: 'VAULT_ID',
  username: 'VAULT_USERNAME or vaultUsername in vapil_settings.json',
  password: 'VAULT_PASSWORD or vaultPassword in vapil_settings.json',
  passwordSecret: 'VAULT_PASSWORD_SECRET',
  apiVersion: 'VAULT_API_VERSION',
  clientId: 'VAULT_CLIENT_ID or vaultClientId in vapil_settings.json',
  downloadHosts: 'VAULT_DOWNLOAD_HOSTS',
  timeoutSeconds: 'VAULT_TIMEOUT_SECONDS',
  idleTimeoutSeconds: 'VAULT_IDLE_TIMEOUT_SECONDS',
  extractType: 'EXTRACT_TYPE or direct_data.extract_type in connector_config.json',
  stageFormat: 'STAGE_FORMAT or convert_to_parquet in connector_config.json',
  archiveFolder: 'DIRECT_DATA_FOLDER or s3.direct_data_folder in connector_config.json',
  transferDirectory: 'TRANSFER_DIRECTORY',
  unpackedLimitGb: 'UNPACKED_LIMIT_GB',
  onMissingColumn: 'ON_MISSING_COLUMN or direct_data.on_missing_column in connector_config.json',
  onBadRow: 'ON_BAD_ROW or direct_data.on_bad_row in connector_config.json',
  onBadCharacters: 'ON_BAD_CHARACTERS or direct_data.on_bad_characters in connector_config.json',
  onLongText: 'ON_LONG_TEXT or direct_data.on_long_text in connector_config.json',
  quarantineRows: 'QUARANTINE_ROWS or direct_data.quarantine_rows in connector_config.json',
  quarantinePercent: 'QUARANTINE_PERCENT or direct_data.quarantine_percent in connector_config.json',
  documentContent: 'VAULT_DOCUMENT_CONTENT or direct_data.document_content in connector_config.json',
  startTime: 'DIRECT_DATA_START_TIME or direct_data.start_time in connector_config.json',
};
