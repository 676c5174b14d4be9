import { start } from './start.mjs';

const [, , name, ...args] = process.argv;
await start(name, args);
