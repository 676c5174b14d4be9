export { type SecretsSettings, readSecretsSettings } from './config.ts';
export { openSecrets, storedSecrets } from './connector.ts';
