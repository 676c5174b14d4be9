/** The one place that names the Temporal implementation; native Temporal replaces it when Node 26 is the minimum. */
export { Temporal } from 'temporal-polyfill';
