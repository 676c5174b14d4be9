export { CONNECTIONS, veevaToDuckDb } from './ports.ts';
