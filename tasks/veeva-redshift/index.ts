export { newestFull } from './newest-full.ts';
export { CONNECTIONS, veevaToRedshift } from './ports.ts';
export { incrementalStart, logStart } from './start.ts';
