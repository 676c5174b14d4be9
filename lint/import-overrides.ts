import type { OxlintOverride } from 'oxlint';

import manifest from '../package.json' with { type: 'json' };
import { ENGINE_LAYERS, GUARDED_PACKAGES, type Layer, OUTER_LAYERS, VENDOR_FILES } from './directions.ts';

/** How deep folders may nest inside a layer. */
const DEPTHS = [0, 1, 2, 3, 4] as const;

/**
 * The table of directions as rules of the linter. A later override replaces an earlier one for the same file, so each
 * one states the whole rule for the files of one layer at one depth.
 */
export function importOverrides(): OxlintOverride[] {
  return [
    ...ENGINE_LAYERS.flatMap((layer) => DEPTHS.map((depth) => override(layer, depth, unseenSiblings(layer)))),
    ...OUTER_LAYERS.flatMap((layer) => DEPTHS.map((depth) => override(layer, depth, ''))),
    { ...override(VENDOR_FILES, 0, ''), files: [`${VENDOR_FILES.folder}/client.ts`] },
  ];
}

function override(layer: Layer, depth: number, unseen: string): OxlintOverride {
  const { folder, within = folder, typesOf } = layer;
  const climbs = depth + 1 + folder.split('/').length - within.split('/').length;
  return {
    files: [`${folder}/${'*/'.repeat(depth)}*.{ts,tsx}`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: closedDoors(layer).map((name) => ({
            name,
            message: `${folder} does not see ${name}; lint/directions.ts says what it sees.`,
          })),
          patterns: [
            {
              regex: `^(\\.\\./){${climbs}}${unseen}`,
              message: `This climbs out of ${within} to a place that lint/directions.ts does not let it see.`,
              allowTypeImports: typesOf !== undefined,
            },
            {
              regex: guarded(layer),
              message: `${folder} does not use this package itself; lint/directions.ts names the layer that wraps it.`,
            },
          ],
        },
      ],
    },
  };
}

/** What follows the climb out of an engine layer and is refused: a place outside, a file at the top, an unseen sibling. */
function unseenSiblings(layer: Layer): string {
  const names = ENGINE_LAYERS.filter((other) => other !== layer).map((other) => other.folder.replace('framework/', ''));
  const unseen = names.filter((name) => !layer.sees.includes(name));
  return `(\\.\\./|[^/]+$|(${unseen.join('|')})/)`;
}

function closedDoors(layer: Layer): string[] {
  return Object.keys(manifest.imports).filter((door) => !layer.doors.some((pattern) => covers(pattern, door)));
}

function guarded(layer: Layer): string {
  const closed = GUARDED_PACKAGES.filter((name) => !layer.packages.includes(name));
  return `^(${closed.map((name) => name.replace('/*', '')).join('|')})(/|$)`;
}

function covers(pattern: string, name: string): boolean {
  return pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
