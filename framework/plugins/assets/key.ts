import { DefinitionFailure } from '#framework';
import { z } from 'zod';

/** Names an asset as a path: `redshift/veeva/product__v`. Made by `assetKey` only. */
export type AssetKey = z.infer<typeof KeyText>;

const MAX_KEY = 255;

const KeyText = z
  .string()
  .max(MAX_KEY)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/)
  .brand<'AssetKey'>();

/** The key that a text is; undefined where it cannot be one. */
export function findAssetKey(text: string): AssetKey | undefined {
  return KeyText.safeParse(text).data;
}

/** @throws DefinitionFailure `E_ASSET_KEY` */
export function assetKey(path: string | readonly string[]): AssetKey {
  const text = typeof path === 'string' ? path : path.join('/');
  const parsed = KeyText.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new DefinitionFailure(
    'E_ASSET_KEY',
    `The asset key "${text}" cannot be used: expected names of letters, digits, "_", "-" and ".", joined by "/", ` +
      `at most ${MAX_KEY} characters, such as "redshift/veeva/product__v".`,
  );
}

/** The key as a task id can hold it: `redshift_veeva_product_v`. Two keys may have the same; the caller numbers them. */
export function keyAsTaskId(key: AssetKey): string {
  const words = key
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return /^[a-z]/.test(words) ? words : `asset_${words}`;
}
