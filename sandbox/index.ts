export { SERVICE_NAMES, type ServiceName } from './services.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './start.ts';
export { addVerbs } from './verbs.ts';
