export { type SecretsSettings, readSecretsSettings } from './config.ts';
export { type SecretsOpened, openSecrets, secretsManager } from './connector.ts';
