export { CONTENT_SWITCHES, type ContentSwitch } from './model/content/content-switch.ts';
export { fileName } from './calendar.ts';
export type { Fault } from './faults/fault.ts';
export type { VaultOptions } from './options.ts';
export { type VaultSandbox, startVault } from './start-vault.ts';
export type { TruthTable } from './truth.ts';
