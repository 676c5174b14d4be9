import type { Command } from 'commander';

import { registerPlugins } from '../../store/plugins/register-plugins.ts';
import { listPlugins } from '../../store/plugins/list-plugins.ts';
import { type Answer, done } from '../answer.ts';
import { loadProject } from '../project-file.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { table } from '../table.ts';

export function addPlugins(program: Command, { act }: Shell): void {
  program
    .command('plugins')
    .description('what is added to Windrow by the project')
    .command('list')
    .description('the plugins of the project, what they hear of, and how often a hook failed')
    .action(act(list));
}

async function list(session: Session): Promise<Answer> {
  const { plugins = [] } = await loadProject(session.projectFile());
  const known = await session.withDatabase(async (database) => {
    await registerPlugins(database, plugins);
    return listPlugins(database);
  });
  const views = plugins.map(({ name, version, hooks = {} }) => ({
    name,
    version,
    hooks: Object.keys(hooks),
    ...counted(known.find((view) => view.name === name)),
  }));
  const titles = ['name', 'version', 'hooks', 'delivered', 'failures', 'last error'];
  const rows = views.map((view) => [
    view.name,
    view.version,
    view.hooks.join(' '),
    view.delivered,
    view.failures,
    view.lastError,
  ]);
  return done(views, table(titles, rows, 'The project has no plugins: `plugins` of defineProject lists them.'));
}

function counted(view: Awaited<ReturnType<typeof listPlugins>>[number] | undefined) {
  const { delivered = 0, failures = 0, lastError = null, lastErrorAt = null } = view ?? {};
  return { delivered, failures, lastError, lastErrorAt };
}
