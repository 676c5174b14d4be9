export { type RedshiftOptions, type RedshiftSandbox, startRedshift } from './start-redshift.ts';
