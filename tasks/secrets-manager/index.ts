export { type SecretsSettings, readSecretsSettings } from './config.ts';
export { type SecretsOpened, openSecrets } from './connector.ts';
