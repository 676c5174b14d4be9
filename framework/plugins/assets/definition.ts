import { Temporal, milliseconds, parseWindowKind, windowKindText } from '#framework';
import { z } from 'zod';

import type { Asset } from './asset.ts';
import { type AssetKey, assetKey } from './key.ts';
import { Metadata } from './metadata.ts';
import { type Partitions, type WindowPartitions, names, product } from './partitions.ts';

/** Who makes an asset. */
export type Maker =
  | { readonly kind: 'task'; readonly dagId: string; readonly taskId: string }
  | { readonly kind: 'pipeline'; readonly dagId: string }
  | { readonly kind: 'external' };

const Key = z.string().transform((text): AssetKey => assetKey(text));
const Mapping = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['same', 'windows', 'all', 'last']) }),
  z.object({ kind: z.literal('offset'), by: z.number() }),
]);
const WindowsJson = z.object({
  every: z.string(),
  anchor: z.string().nullable(),
  zone: z.string().nullable(),
  start: z.string(),
});
const NamesJson = z.array(z.string());
const PartitionsJson = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('windows'), windows: WindowsJson }),
  z.object({ kind: z.literal('static'), names: NamesJson }),
  z.object({ kind: z.literal('product'), windows: WindowsJson, names: NamesJson }),
]);

const Ms = z.number().transform(milliseconds);
const FreshnessJson = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('max_age'), maxMs: Ms, warnMs: Ms }),
  z.object({ kind: z.literal('deadline'), cron: z.string(), zone: z.string(), withinMs: Ms, warnMs: z.number() }),
]);

const StoredDefinition = z.object({
  key: Key,
  deps: z.array(z.object({ key: Key, mapping: Mapping.exactOptional() })),
  partitions: PartitionsJson.nullable(),
  group: z.string(),
  kinds: z.array(z.string()),
  owners: z.array(z.string()),
  tags: z.record(z.string(), z.string()),
  description: z.string().nullable(),
  metadata: Metadata,
  codeVersion: z.string().nullable(),
  freshness: FreshnessJson.nullable(),
  automation: z
    .object({ kind: z.string(), cron: z.string().exactOptional(), zone: z.string().exactOptional() })
    .nullable(),
  checks: z.array(
    z.object({
      name: z.string(),
      description: z.string().nullable(),
      blocking: z.boolean(),
      severity: z.enum(['warn', 'error']),
    }),
  ),
  maker: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('task'), dagId: z.string(), taskId: z.string() }),
    z.object({ kind: z.literal('pipeline'), dagId: z.string() }),
    z.object({ kind: z.literal('external') }),
  ]),
});

/** An asset as it is kept: what the project says of it, without functions. */
export interface AssetDefinition extends Readonly<Omit<z.infer<typeof StoredDefinition>, 'partitions'>> {
  readonly partitions: Partitions | null;
}

/** Reads definitions. Many assets are cut alike, and reading kinds of windows is what takes time, so each is read once. */
export function definitionReader(): (json: unknown) => AssetDefinition {
  const known = new Map<string, Partitions>();
  return (json) => {
    const { partitions, ...definition } = StoredDefinition.parse(json);
    if (partitions === null) return { ...definition, partitions };
    const text = JSON.stringify(partitions);
    const cut = known.get(text) ?? partitionsOf(partitions);
    known.set(text, cut);
    return { ...definition, partitions: cut };
  };
}

/** The stored form that `definitionReader` reads. */
export function definitionJson(asset: Asset, maker: Maker): z.input<typeof StoredDefinition> {
  const { key, deps, partitions, group, kinds, owners, tags, metadata } = asset;
  return {
    key,
    deps: deps.map((dep) => ({ ...dep })),
    partitions: partitions === undefined ? null : partitionsJson(partitions),
    group,
    kinds: [...kinds],
    owners: [...owners],
    tags,
    description: asset.description ?? null,
    metadata,
    codeVersion: asset.codeVersion ?? null,
    freshness: asset.freshness === undefined ? null : { ...asset.freshness },
    automation: asset.automation === undefined ? null : { ...asset.automation },
    checks: asset.checks.map(({ name, description = null, blocking, severity }) => ({
      name,
      description,
      blocking,
      severity,
    })),
    maker,
  };
}

function partitionsJson(partitions: Partitions): z.input<typeof PartitionsJson> {
  switch (partitions.kind) {
    case 'windows':
      return { kind: 'windows', windows: windowsJson(partitions) };
    case 'static':
      return { kind: 'static', names: [...partitions.names] };
    case 'product':
      return { kind: 'product', windows: windowsJson(partitions.windows), names: [...partitions.names.names] };
  }
}

function windowsJson({ windows, start }: WindowPartitions): z.input<typeof WindowsJson> {
  const isFixed = windows.kind === 'fixed';
  return {
    every: windowKindText(windows),
    anchor: isFixed ? windows.anchor.toString() : null,
    zone: isFixed ? windows.zone : null,
    start: start.toString(),
  };
}

function partitionsOf(json: z.output<typeof PartitionsJson>): Partitions {
  switch (json.kind) {
    case 'windows':
      return windowsFrom(json.windows);
    case 'static':
      return names(...json.names);
    case 'product':
      return product(windowsFrom(json.windows), names(...json.names));
  }
}

function windowsFrom({ every, anchor, zone, start }: z.output<typeof WindowsJson>): WindowPartitions {
  const windows = parseWindowKind(every, {
    ...(anchor === null ? {} : { anchor }),
    ...(zone === null ? {} : { zone }),
  });
  return { kind: 'windows', windows, start: Temporal.Instant.from(start) };
}
