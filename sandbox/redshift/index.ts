export type { FaultRule, Faults } from './faults.ts';
export { type Limits, USUAL_LIMITS } from './limits.ts';
export { type RedshiftOptions, type RedshiftSandbox, startRedshift } from './start-redshift.ts';
