import type { Environment, StageFormat } from '#framework';

import type { VendorFiles } from './vendor-files.ts';

/** One value per setting, not yet checked: environment first, then the vendor's files; empty text counts as absent. */
export function settingValues(environment: Environment, files: VendorFiles): Readonly<Record<string, unknown>> {
  return { ...loginValues(environment, files), ...transferValues(environment, files) };
}

function loginValues(environment: Environment, { vapil }: VendorFiles): Readonly<Record<string, unknown>> {
  const passwordSecret = present(environment['VAULT_PASSWORD_SECRET']);
  // A stored password replaces the clear one in the vendor's file; beside one in the environment it is a contradiction.
  const passwordInFile = passwordSecret === undefined ? present(vapil.vaultPassword) : undefined;
  return {
    authenticationType: present(vapil.authenticationType),
    url: present(environment['VAULT_URL']),
    dns: present(environment['VAULT_DNS']) ?? present(vapil.vaultDNS),
    vaultId: present(environment['VAULT_ID']),
    username: present(environment['VAULT_USERNAME']) ?? present(vapil.vaultUsername),
    password: present(environment['VAULT_PASSWORD']) ?? passwordInFile,
    passwordSecret,
    apiVersion: present(environment['VAULT_API_VERSION']),
    clientId: present(environment['VAULT_CLIENT_ID']) ?? present(vapil.vaultClientId),
  };
}

function transferValues(environment: Environment, { connector }: VendorFiles): Readonly<Record<string, unknown>> {
  const { direct_data: directData = {}, s3 = {}, convert_to_parquet: convertToParquet } = connector;
  const extractType = present(environment['EXTRACT_TYPE']) ?? present(environment['extract_type']);
  return {
    downloadHosts: present(environment['VAULT_DOWNLOAD_HOSTS']),
    timeoutSeconds: present(environment['VAULT_TIMEOUT_SECONDS']),
    idleTimeoutSeconds: present(environment['VAULT_IDLE_TIMEOUT_SECONDS']),
    extractType: extractType ?? present(directData.extract_type),
    stageFormat: present(environment['STAGE_FORMAT']) ?? formatOf(convertToParquet),
    archiveFolder: present(environment['DIRECT_DATA_FOLDER']) ?? present(s3.direct_data_folder),
    startTime: present(environment['DIRECT_DATA_START_TIME']) ?? present(directData.start_time),
  };
}

function present<T>(value: T | '' | null | undefined): T | undefined {
  return value === '' || value === null ? undefined : value;
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
  startTime: 'DIRECT_DATA_START_TIME or direct_data.start_time in connector_config.json',
};
