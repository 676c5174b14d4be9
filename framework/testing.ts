export { type TestRunOptions, type TestedRun, type TestedTask, testRun } from './testing/test-run.ts';
export { type StandIn, standIn } from './testing/stand-in.ts';
