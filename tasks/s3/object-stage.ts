import {
  DataFailure,
  MANIFEST_KEY,
  type ObjectStore,
  type Stage,
  type StageManifest,
  filesOf,
  manifestFromJson,
  stagePrefix,
} from '#framework';

/** A stage of files in an object store, one folder below `root` for each window. */
export function objectStage(store: ObjectStore, root: string): Stage {
  return {
    clean: async (context) => {
      const prefix = stagePrefix(root, context);
      const { signal } = context;
      const objects = await store.list(prefix, { signal });
      // The manifest goes first and alone: a stage whose cleaning was interrupted must not look whole.
      await store.removeAll([prefix + MANIFEST_KEY], { signal });
      await store.removeAll(
        objects.map(({ key }) => key).filter((key) => key !== prefix + MANIFEST_KEY),
        { signal },
      );
    },
    find: async (context) => {
      const key = stagePrefix(root, context) + MANIFEST_KEY;
      const text = await store.findText(key, { signal: context.signal });
      return text === undefined ? undefined : manifestFromJson(text, store.url(key));
    },
    verify: async (manifest, context) => {
      const prefix = stagePrefix(root, context);
      if (manifest.location !== store.url(prefix)) {
        throw new DataFailure(
          'E_STAGE_ELSEWHERE',
          `The stage manifest names ${manifest.location}; expected ${store.url(prefix)}. Re-run the window from SOURCE_TO_STAGE.`,
        );
      }
      const objects = await store.list(prefix, { signal: context.signal });
      compare(manifest, new Map(objects.map(({ key, bytes }) => [key.slice(prefix.length), bytes])));
    },
  };
}

function compare(manifest: StageManifest, found: ReadonlyMap<string, number>): void {
  const wrong = filesOf(manifest).find(({ key, bytes }) => found.get(key) !== bytes);
  if (wrong === undefined) return;
  const bytes = found.get(wrong.key);
  const what = bytes === undefined ? 'is missing' : `has ${bytes} bytes`;
  throw new DataFailure(
    'E_STAGE_FILE_WRONG',
    `The staged file ${manifest.location}${wrong.key} ${what}; expected ${wrong.bytes} bytes. Re-run the window from SOURCE_TO_STAGE.`,
    { details: { file: wrong.key, expected: wrong.bytes, found: bytes ?? null } },
  );
}
