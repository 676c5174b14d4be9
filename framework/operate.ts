export { type Project, type SecretStore, defineProject } from './dag/project.ts';
export { type Settings, readEngineSettings } from './process/settings.ts';
export { type Windrow, type WindrowOptions, openWindrow } from './process/windrow.ts';
export { type EmbeddedOptions, type EmbeddedPostgres, openEmbeddedPostgres } from './store/embedded/embedded-postgres.ts';
export { createRun } from './store/runs/create-run.ts';
