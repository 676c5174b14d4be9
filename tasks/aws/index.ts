export { type AwsAddress, type FixedAccess, awsClient } from './client-options.ts';
export { quiet } from './quiet-client.ts';
export { awsEndpoint, awsRegion } from './settings.ts';
