export { type EmbeddedOptions, type EmbeddedPostgres, openEmbeddedPostgres } from './store/embedded/embedded-postgres.ts';
