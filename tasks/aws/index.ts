export { type AwsAddress, type FixedAccess, awsClient } from './client-options.ts';
export { awsEndpoint, awsRegion } from './settings.ts';
