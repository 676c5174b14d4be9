import { XML_HEADER, childText, childrenNamed, element, parseXml } from '../../aws/xml.ts';
import { S3Error } from '../errors.ts';
import type { S3Answer, S3Request } from '../message.ts';
import { readText } from '../text-body.ts';
import { existing } from './objects.ts';
import type { Tools } from './tools.ts';

const MOST_TAGS = 10;

export async function putObjectTagging(request: S3Request, tools: Tools): Promise<S3Answer> {
  const text = await readText(request);
  const root = parseXml(text);
  const set = root === undefined ? undefined : childrenNamed(root, 'TagSet')[0];
  if (set === undefined)
    throw new S3Error('MalformedXML', 'The XML you provided was not well-formed: expected Tagging with a TagSet.');
  const tags = childrenNamed(set, 'Tag').map(
    (tag) => [childText(tag, 'Key') ?? '', childText(tag, 'Value') ?? ''] as const,
  );
  if (tags.length > MOST_TAGS) throw new S3Error('InvalidArgument', `Object tags cannot be greater than ${MOST_TAGS}.`);
  retag(request, tools, Object.fromEntries(tags));
  return { status: 200 };
}

export function getObjectTagging(request: S3Request, tools: Tools): S3Answer {
  const version = existing(request, tools.storage.bucket(request.bucket));
  const tags = Object.entries(version.tags).map(([key, value]) =>
    element('Tag', [element('Key', key), element('Value', value)]),
  );
  return { status: 200, body: XML_HEADER + element('Tagging', [element('TagSet', tags)]) };
}

export function deleteObjectTagging(request: S3Request, tools: Tools): S3Answer {
  retag(request, tools, {});
  return { status: 204 };
}

function retag(request: S3Request, tools: Tools, tags: Readonly<Record<string, string>>): void {
  const bucket = tools.storage.bucket(request.bucket);
  const { versionId } = existing(request, bucket);
  bucket.commit({ change: 'tag', key: request.key, versionId, tags });
}
