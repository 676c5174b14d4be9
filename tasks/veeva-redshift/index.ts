export { newestFull } from './newest-full.ts';
export { CONNECTIONS, type OpenTarget, WAY_CONNECTIONS, veevaTo, veevaToRedshift } from './ports.ts';
export { incrementalStart, logStart } from './start.ts';
