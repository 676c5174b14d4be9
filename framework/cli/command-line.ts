import { Command, CommanderError, Option } from 'commander';

import { failureAnswer } from './failure-answer.ts';
import { exitCodesHelp } from './exit-codes.ts';
import { loadProject, loadVerbs } from './project-file.ts';
import { projectShell } from './project-verbs.ts';
import { Session, type Surroundings } from './session.ts';
import type { Shell } from './shell.ts';
import { addAudit } from './verbs/access/audit.ts';
import { addTokens } from './verbs/access/tokens.ts';
import { addUsers } from './verbs/access/users.ts';
import { addBackfills } from './verbs/backfills.ts';
import { addConfig } from './verbs/config.ts';
import { addDags } from './verbs/dags.ts';
import { addDagsTest } from './verbs/dags-test.ts';
import { addDatabase } from './verbs/database.ts';
import { addExplain } from './verbs/explain.ts';
import { addFiles } from './verbs/files.ts';
import { addPlugins } from './verbs/plugins.ts';
import { addPools } from './verbs/pools.ts';
import { addProcesses } from './verbs/processes.ts';
import { addRecords } from './verbs/records.ts';
import { addRuns } from './verbs/runs.ts';
import { addSensors } from './verbs/sensors.ts';
import { addServers } from './verbs/servers.ts';
import { addTasksTest } from './verbs/tasks-test.ts';

/** Runs one command line (without node and script) and gives the exit code. */
export async function runCommandLine(words: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode = 0;
  const program = baseProgram(surroundings);
  // Read from the words, because a command line that cannot be parsed must be answered in the right form as well.
  const session = new Session(surroundings, () => ({
    json: words.includes('--json'),
    debug: words.includes('--debug'),
  }));
  const shell: Shell = {
    act:
      (run) =>
      async (...given) => {
        const answer = await run(session, ...given);
        if (answer !== undefined) exitCode = session.print(answer);
      },
  };
  try {
    addOwnVerbs(program, shell);
    await addVerbsFor(words, program, { session, shell });
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return session.print(failureAnswer(error, session));
  }
}

function baseProgram({ out, err }: Surroundings): Command {
  const program = new Command('windrow')
    .description('Runs dags that move data one time window at a time.')
    .addOption(json())
    .addOption(debug())
    // Behind a verb an option is the verb's own, so that a project's verbs may have a --json of theirs.
    .enablePositionalOptions()
    .addHelpText('after', exitCodesHelp())
    .exitOverride();
  // Usage mistakes arrive as exceptions and are printed once, with all others; help that was asked for is printed here.
  return program.configureOutput({ writeOut: out, writeErr: err, outputError: () => {} });
}

function addOwnVerbs(program: Command, shell: Shell): void {
  addServers(program, shell);
  const dags = addDags(program, shell);
  addDagsTest(dags, shell);
  addTasksTest(program, shell);
  addRuns(program, shell);
  addRecords(program, shell);
  addFiles(program, shell);
  addExplain(program, shell);
  addSensors(program, shell);
  addBackfills(program, shell);
  addPools(program, shell);
  addProcesses(program, shell);
  addUsers(program, shell);
  addTokens(program, shell);
  addAudit(program, shell);
  addConfig(program, shell);
  addPlugins(program, shell);
  addDatabase(program, shell);
  for (const verb of verbsOf(program)) verb.addOption(json()).addOption(debug());
}

function verbsOf(group: Command): readonly Command[] {
  return group.commands.flatMap((command) => (command.commands.length === 0 ? [command] : verbsOf(command)));
}

const json = (): Option => new Option('--json', 'print exactly one JSON value on standard output');
const debug = (): Option => new Option('--debug', 'show where an error comes from');

function isJson({ long }: Option): boolean {
  return long === '--json';
}

interface Own {
  readonly session: Session;
  readonly shell: Shell;
}

/** The project is loaded only where one of its verbs may be meant, or all verbs are to be listed. */
async function addVerbsFor(words: readonly string[], program: Command, own: Own): Promise<void> {
  const verb = words.find((word) => !word.startsWith('-'));
  if (verb !== undefined && verb !== 'help') {
    if (!program.commands.some((command) => command.name() === verb)) await addProjectVerbs(program, own);
    return;
  }
  try {
    await addProjectVerbs(program, own);
  } catch (error) {
    // Who asks for help gets it, whatever the project's state; the reason stands above it.
    own.session.note(`The project's own verbs are not listed: ${failureAnswer(error, own.session).text}`);
  }
}

/** The extension points: package.json `windrow.verbs` names modules that export `addVerbs(program, shell)`; plugins have verbs. */
async function addProjectVerbs(program: Command, { session, shell }: Own): Promise<void> {
  const file = session.projectFile();
  for (const addVerbs of await loadVerbs(file)) addVerbs(program, projectShell(shell));
  for (const verb of verbsOf(program)) if (!verb.options.some(isJson)) verb.addOption(json()).addOption(debug());
  const { plugins = [] } = await loadProject(file);
  for (const plugin of plugins) plugin.verbs?.(program, (work) => session.withPlugin(plugin, work));
}
