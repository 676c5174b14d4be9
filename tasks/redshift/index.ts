export type { Row } from './client.ts';
export type { RedshiftSettings } from './config.ts';
export { type RedshiftOpened, openRedshift, redshiftConnection } from './connector.ts';
export type { RedshiftReader } from './reader.ts';
export { type RedshiftTargetOptions, redshiftTarget } from './target.ts';
export type { Warehouse } from './warehouse.ts';
