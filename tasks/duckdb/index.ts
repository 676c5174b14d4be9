export type { DuckDbSettings } from './config.ts';
export { type DuckDbOpened, duckDbConnection, openDuckDb } from './connector.ts';
export { type DuckDbTargetOptions, duckDbTarget } from './target.ts';
