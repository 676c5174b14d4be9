#!/usr/bin/env node
import { start } from '../bootstrap/start.mjs';

await start('windrow', process.argv.slice(2));
