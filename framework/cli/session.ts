import { randomBytes } from 'node:crypto';

import { systemClock } from '../core/clock.ts';
import { closeAll } from '../core/closable.ts';
import type { Environment } from '../core/environment.ts';
import { type Log, type LogLevel, openLog } from '../core/log.ts';
import type { SettingSources } from '../core/settings.ts';
import { type Access, access } from '../process/access.ts';
import { type InstallationOptions, engineSettings, openInstallation, settingSources } from '../process/installation.ts';
import type { Plugin, PluginVerbTools } from '../plugin/plugin.ts';
import type { PluginRuns } from '../plugin/plugin-runs.ts';
import { pluginRuns } from '../process/plugin-runs.ts';
import type { Prepared } from '../process/preparation.ts';
import type { Settings } from '../process/settings.ts';
import { type Windrow, openDatabaseServer } from '../process/windrow.ts';
import type { Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { pluginDatabase } from '../store/plugins/plugin-database.ts';
import { registerPlugins } from '../store/plugins/register-plugins.ts';
import { registerProject } from '../store/register-project.ts';
import { openStore } from '../store/store.ts';
import type { Answer } from './answer.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { plainLog } from './plain-log.ts';
import { type ProjectFile, loadPrepare, loadProject, projectDirectory, readProjectFile } from './project-file.ts';
import { userOf } from './user.ts';

/** Where a command runs and what it prints to. */
export interface Surroundings {
  readonly environment: Environment;
  readonly folder: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** All of standard input. */
  readonly input: () => Promise<string>;
  /** People read standard error; otherwise a program does. */
  readonly isTerminal: boolean;
}

/** One command at work: what it may open, each closed when its work has ended. */
export class Session {
  readonly #surroundings: Surroundings;
  readonly #options: () => { readonly json?: boolean; readonly debug?: boolean };

  constructor(surroundings: Surroundings, options: () => { readonly json?: boolean; readonly debug?: boolean }) {
    this.#surroundings = surroundings;
    this.#options = options;
  }

  get json(): boolean {
    return this.#options().json === true;
  }

  get debug(): boolean {
    return this.#options().debug === true;
  }

  /** For whom it works; what it changes is noted with that name. */
  get user(): string {
    return userOf(this.#surroundings.environment);
  }

  get directory(): string {
    return projectDirectory(this.#surroundings.folder);
  }

  get sources(): SettingSources {
    return settingSources(this.#surroundings.environment, this.directory);
  }

  get settings(): Settings {
    return engineSettings(this.sources, this.directory);
  }

  projectFile(): ProjectFile {
    return readProjectFile(this.#surroundings.folder);
  }

  /** Says something to people while the command goes on; programs read the answer only. */
  note(text: string): void {
    this.#surroundings.err(`${text}\n`);
  }

  /** What a person or a program gives on standard input. */
  async input(): Promise<string> {
    return this.#surroundings.input();
  }

  /** Prints the answer, in the form that was asked for, and gives the exit code. */
  print(answer: Answer): number {
    const { out, err } = this.#surroundings;
    if (this.json) out(`${JSON.stringify(answer.json)}\n`);
    else (answer.exit === 'ok' || answer.exit === 'failed' ? out : err)(`${answer.text}\n`);
    return EXIT_CODES[answer.exit].code;
  }

  /** The log of a server: for people on a terminal, lines of JSON for everything else. */
  serverLog(): Log {
    const { logLevel } = this.settings;
    return this.#surroundings.isTerminal ? this.#plainLog(logLevel) : openLog(logLevel);
  }

  /** The log of a task that a person watches. */
  taskLog(): Log {
    return this.#plainLog(this.settings.logLevel);
  }

  /** Opens the database only: for commands that read. */
  async withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const { settings } = this;
    const server = await openDatabaseServer(settings);
    const store = openStore({ url: server.url.reveal(), log: this.quietLog(), connections: 2, deedsFrom: 'cli' });
    try {
      await migrate(store.database);
      return await work(store.database);
    } finally {
      await closeAll([server, store]);
    }
  }

  /** As `withDatabase`: for commands that decide who may come in. */
  async withAccess<T>(work: (access: Access) => Promise<T>): Promise<T> {
    return this.withDatabase((database) => work(access({ database, clock: systemClock, randomBytes })));
  }

  /** What a verb of a plugin may use. */
  async withPlugin<T>(plugin: Plugin, work: (tools: PluginVerbTools) => Promise<T>): Promise<T> {
    return this.withDatabase(async (database) => {
      await registerPlugins(database, [plugin]);
      const runs: PluginRuns = {
        start: (request) => this.withWindrow((windrow) => pluginRuns(windrow, plugin.name).start(request)),
      };
      return work({ database: pluginDatabase(database, plugin.name), runs, log: this.quietLog(), clock: systemClock });
    });
  }

  /** As `withDatabase`, after the database has learned those dags of the project that it did not know. */
  async withDags<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const project = await loadProject(this.projectFile());
    return this.withDatabase(async (database) => {
      await registerProject(database, project, 'new');
      return work(database);
    });
  }

  /** Opens the whole installation; the database learns the dags of the project that it did not know, or all of the project. */
  async withWindrow<T>(
    work: (windrow: Windrow) => Promise<T>,
    {
      log = this.quietLog(),
      learning = 'new',
      deedsFrom = 'cli',
    }: Partial<Pick<InstallationOptions, 'log' | 'learning' | 'deedsFrom'>> = {},
  ): Promise<T> {
    const project = await loadProject(this.projectFile());
    const prepared = await this.prepare();
    const { environment, clock } = prepared ?? { ...this.#surroundings, clock: systemClock };
    try {
      const { directory } = this;
      const windrow = await openInstallation({ project, environment, directory, clock, log, learning, deedsFrom });
      try {
        return await work(windrow);
      } finally {
        await windrow.close();
      }
    } finally {
      await prepared?.close();
    }
  }

  /** What the project prepares for a process that may open connections; the caller closes it. */
  async prepare(): Promise<Prepared | undefined> {
    const prepare = await loadPrepare(this.projectFile());
    return prepare?.({ ...this.#surroundings.environment, WINDROW_HOME: this.settings.home });
  }

  /** A short command says only what went wrong, unless a level was asked for. */
  quietLog(): Log {
    const asked = this.#surroundings.environment['WINDROW_LOG_LEVEL'] ?? '';
    return this.#plainLog(asked === '' ? 'warn' : this.settings.logLevel);
  }

  #plainLog(level: LogLevel): Log {
    return plainLog({ level, clock: systemClock, write: (line) => this.note(line) });
  }
}
