export { type S3Settings, readS3Settings } from './config.ts';
export { type S3Opened, openS3, s3Connection } from './connector.ts';
export { objectStage } from './object-stage.ts';
