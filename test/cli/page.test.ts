import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { repositoryPath } from '../architecture/repository.ts';
import { type Installation, openInstallationFolder, windrow } from './windrow.ts';

let at: Installation;

beforeAll(async () => {
  at = await openInstallationFolder();
});
afterAll(() => at.close());

describe('the page of the command', () => {
  it('names every verb that the help names, and no other', async () => {
    const [first = ''] = readFileSync(repositoryPath('framework/cli/README.md'), 'utf8').split('\n## ');
    expect(namedIn(first).toSorted()).toEqual((await everyVerb()).toSorted());
  });
});

/** `records list|show` names two. */
function namedIn(page: string): readonly string[] {
  const firstCells = page.split('\n').flatMap((line) => /^\| (`.*?) \| /.exec(line.replaceAll('\\|', '/'))?.[1] ?? []);
  return firstCells.flatMap((cell) =>
    [...cell.matchAll(/`([a-z]+)(?: ([a-z/]+))?[^`]*`/g)].flatMap(([, group = '', verbs = '']) =>
      verbs.split('/').map((verb) => `${group} ${verb}`.trim()),
    ),
  );
}

async function everyVerb(): Promise<readonly string[]> {
  const groups = await commandsOf('');
  const all = await Promise.all(
    groups.map(async (group) => {
      const verbs = await commandsOf(group);
      return verbs.length === 0 ? [group] : verbs.map((verb) => `${group} ${verb}`);
    }),
  );
  return all.flat();
}

async function commandsOf(group: string): Promise<readonly string[]> {
  const { out } = await windrow(at, `${group} --help`);
  const [, commands = ''] = out.split('\nCommands:\n');
  return [...commands.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
}
