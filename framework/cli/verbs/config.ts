import type { Command } from 'commander';

import { ConfigFailure, Failure } from '../../core/failures.ts';
import type { Reading } from '../../core/settings.ts';
import type { Project } from '../../dag/project.ts';
import { settingSources } from '../../process/installation.ts';
import { readEngineSettings } from '../../process/settings.ts';
import { type Answer, done, trouble } from '../answer.ts';
import { loadDashboard, loadProject } from '../project-file.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { facts } from '../table.ts';

export function addConfig(program: Command, { act }: Shell): void {
  const config = program.command('config').description('settings of the engine and of every connection');
  config.command('show').description('the settings in force; secrets are hidden').action(act(show));
  config.command('check').description('every mistake in the settings at once; connects to nothing').action(act(check));
}

/** A group of settings: the engine's, the secret store's, or those of one connection. */
interface Group {
  readonly name: string;
  readonly reading: Reading<unknown>;
}

async function show(session: Session): Promise<Answer> {
  const groups = await readGroups(session);
  const json = Object.fromEntries(
    groups.map(({ name, reading }) => [
      name,
      reading.kind === 'read' ? plain(reading.settings) : { problems: reading.problems },
    ]),
  );
  return done(json, groups.map(groupText).join('\n\n'));
}

async function check(session: Session): Promise<Answer> {
  const groups = await readGroups(session);
  const problems = groups.flatMap(({ name, reading }) =>
    reading.kind === 'read' ? [] : reading.problems.map((problem) => `${name}: ${problem}`),
  );
  if (problems.length === 0)
    return done(
      { ok: true, checked: groups.map(({ name }) => name), problems },
      `All settings can be used: ${groups.map(({ name }) => name).join(', ')}.`,
    );
  const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`;
  const message = `There ${problems.length === 1 ? 'is' : 'are'} ${count} in the settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;
  return {
    ...trouble('config', { code: 'E_SETTINGS', message }),
    json: { ok: false, checked: groups.map(({ name }) => name), problems },
  };
}

async function readGroups(session: Session): Promise<readonly Group[]> {
  const engine: Group = { name: 'engine', reading: readEngineSettings(session.sources) };
  const project = await attempt(async () => loadProject(session.projectFile()));
  if (project.kind === 'unreadable') return [engine, { name: 'project', reading: project }];
  const dashboard = await attempt(async () => loadDashboard(session.projectFile()));
  const loading = dashboard.kind === 'unreadable' ? [{ name: 'dashboard', reading: dashboard }] : [];
  if (engine.reading.kind === 'unreadable')
    return [engine, ...loading, ...projectGroups(project.settings, session.sources)];
  const prepared = await attempt(async () => preparedSources(session));
  return prepared.kind === 'read'
    ? [
        { name: 'engine', reading: readEngineSettings(prepared.settings) },
        ...loading,
        ...projectGroups(project.settings, prepared.settings),
      ]
    : [engine, ...loading, { name: 'prepare', reading: prepared }, ...projectGroups(project.settings, session.sources)];
}

/** The settings as all other verbs see them; nothing that was started for it stays. */
async function preparedSources(session: Session): Promise<Session['sources']> {
  const prepared = await session.prepare();
  if (prepared === undefined) return session.sources;
  await prepared.close();
  return settingSources(prepared.environment, session.directory);
}

function projectGroups(project: Project, sources: Session['sources']): readonly Group[] {
  return [
    ...secretStore(project, sources),
    ...connections(project).map(({ name, read }) => ({ name, reading: read(sources) })),
  ];
}

function connections({ dags, sensors = [] }: Project): Project['dags'][number]['connections'] {
  return [...new Set([...dags, ...sensors].flatMap(({ connections: used }) => used))];
}

function secretStore({ secrets }: Project, sources: Session['sources']): readonly Group[] {
  if (secrets === undefined) return [];
  const opened = secrets.open(sources);
  return [{ name: secrets.name, reading: opened.kind === 'read' ? { kind: 'read', settings: {} } : opened }];
}

/** A project that cannot be loaded is one more mistake to report, not the end of the report. */
async function attempt<T>(load: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { kind: 'read', settings: await load() };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { kind: 'unreadable', problems: error instanceof ConfigFailure ? error.problems : [error.message] };
  }
}

function groupText({ name, reading }: Group): string {
  if (reading.kind === 'unreadable')
    return `${name}\n${reading.problems.map((problem) => `  - ${problem}`).join('\n')}`;
  const entries = flat(plain(reading.settings));
  return entries.length === 0 ? name : `${name}\n${facts(entries).replaceAll(/^/gm, '  ')}`;
}

/** Through JSON, where a secret is only `[secret]`. What is not set is shown as null. */
function plain(settings: unknown): unknown {
  const text: string | undefined = JSON.stringify(settings, (_, value: unknown) =>
    value === undefined ? null : value,
  );
  return text === undefined ? {} : JSON.parse(text);
}

function flat(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [[path === '' ? 'value' : path, typeof value === 'string' ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([name, inner]) => flat(inner, path === '' ? name : `${path}.${name}`));
}
