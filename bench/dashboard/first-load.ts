import { gzipSync } from 'node:zlib';

/** Bytes of script, gzipped, that a browser needs before the first page shows: what the document names, as it is served. */
export async function firstLoadBytes(url: string): Promise<number> {
  const document = await text(`${url}/`);
  const scripts = [...document.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+\.js)"/g)].map(
    ([, path = '']) => path,
  );
  const sizes = await Promise.all(scripts.map(async (path) => gzipSync(await text(new URL(path, url).href)).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function text(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { accept: 'text/html, */*' } });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`);
  return answer.text();
}
