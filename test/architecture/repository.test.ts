import { readFileSync, readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import manifest from '../../package.json' with { type: 'json' };
import { ENGINE_LAYERS, OUTER_LAYERS } from '../../lint/directions.ts';
import { repositoryPath, textFiles } from './repository.ts';

const Lock = z.object({
  packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).default({}) })),
});

const MOST_LINES = 400;
const MOST_LINES_OF_A_DAG = 80;

// Written so that this file does not name what it forbids.
const OF_ONE_MACHINE = [
  { what: 'a path of one machine', pattern: /(?<![\w.])\/(?:work|home|root|Users)\/[\w.-]/ },
  {
    what: 'an address of a package registry',
    pattern: /https?:\/\/[^\s"']*(?:registry|artifactory|nexus|verdaccio)[^\s"']*/i,
  },
];

describe('every file', () => {
  it('of source has at most 400 lines', () => {
    const long = textFiles(/\.(ts|tsx|js|mjs|sql|css|html)$/).filter(({ text }) => lineCount(text) > MOST_LINES);

    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('of a dag has at most 80 lines', () => {
    const long = textFiles(/^dags\/[^/]+\.ts$/).filter(({ text }) => lineCount(text) > MOST_LINES_OF_A_DAG);

    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it.each(OF_ONE_MACHINE)('is free of $what', ({ pattern }) => {
    const found = textFiles(/./).flatMap(({ path, text }) => {
      const match = pattern.exec(text);
      return match === null ? [] : [`${path}: ${match[0]}`];
    });

    expect(found).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('names packages without the address they were once fetched from', () => {
    const [lock] = textFiles(/^package-lock\.json$/);

    expect(lock?.text).toContain('"lockfileVersion": 3');
    expect(lock?.text).not.toContain('"resolved"');
  });

  it('holds the optional packages of every platform; otherwise "node bootstrap/complete-lock.mjs" adds them', () => {
    const { packages } = Lock.parse(JSON.parse(readFileSync(repositoryPath('package-lock.json'), 'utf8')));
    const optional = Object.values(packages).flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies));

    expect(optional.length).toBeGreaterThan(0);
    expect(optional.filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([]);
  });
});

describe('package.json', () => {
  it('opens doors one by one, never by a wildcard', () => {
    const wild = Object.entries(manifest.imports).filter((door) => door.some((text) => text.includes('*')));

    expect(wild).toEqual([]);
  });

  it('lets the shell of each script become the bootstrap, because npm signals only the shell', () => {
    const started = Object.values(manifest.scripts).filter((script) => script.includes('bootstrap/run.mjs'));

    expect(started).toHaveLength(9);
    expect(started.filter((script) => !script.startsWith('exec node '))).toEqual([]);
  });

  it('pins every dependency to one version', () => {
    const { dependencies, devDependencies } = manifest;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );

    expect(loose).toEqual([]);
  });
});

describe('the migrations of the engine', () => {
  it('are numbered from 1 on, each number once', () => {
    const numbers = readdirSync(repositoryPath('framework/store/migrations')).map((file) => Number(file.slice(0, 4)));

    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
  });
});

describe('a statement that locks tasks in order', () => {
  it('sorts them as code does, not as the database would', () => {
    const locking = textFiles(/^framework\/.*\.ts$/).flatMap(({ text }) =>
      [...text.matchAll(/order by ((?:t\.)?(?:run|task)_id\b[^\n]*?)\s+for (?:no key )?update/g)].map(
        ([, keys]) => keys,
      ),
    );

    expect(locking).toContainEqual(expect.stringContaining('task_id'));
    expect(locking.filter((keys) => !keys?.includes('task_id collate "C"'))).toEqual([]);
  });
});

describe('the table of directions', () => {
  it('has a row for every folder of the engine', () => {
    const folders = readdirSync(repositoryPath('framework'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `framework/${name}`);
    const rows = [...ENGINE_LAYERS, ...OUTER_LAYERS].map(({ folder }) => folder.replace('/*', ''));

    expect(folders.filter((folder) => !rows.includes(folder))).toEqual([]);
  });

  it('lets no layer see itself or one below it', () => {
    const names = ENGINE_LAYERS.map(({ folder }) => folder.replace('framework/', ''));
    const wrong = ENGINE_LAYERS.flatMap(({ folder, sees }, index) =>
      sees.filter((name) => !names.slice(0, index).includes(name)).map((name) => `${folder} sees ${name}`),
    );

    expect(wrong).toEqual([]);
  });
});

function lineCount(text: string): number {
  return text.split('\n').length - 1;
}
