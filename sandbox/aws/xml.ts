/** One element of a small XML document: no attributes, no mixed content, which is all that AWS sends and reads. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

export const XML_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** `<name>…</name>`; text is escaped, a list of built elements is joined, undefined is left out. */
export function element(name: string, content: string | number | boolean | readonly string[] | undefined): string {
  if (content === undefined) return '';
  const inner = typeof content === 'object' ? content.join('') : escapeXml(String(content));
  return `<${name}>${inner}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
  '\n': '&#xA;',
};

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\r\n]/g, (mark) => ENTITIES[mark] ?? mark);
}

/** The root element, or undefined where the text is not well-formed. */
export function parseXml(text: string): XmlElement | undefined {
  const root: Open = { name: '', text: '', children: [] };
  const stack = [root];
  const tokens = text
    .replaceAll(/<\?[\s\S]*?\?>|<!--[\s\S]*?-->/g, '')
    .matchAll(/<(\/?)([^\s/>]+)[^>]*?(\/?)>|([^<]+)/g);
  for (const [, closing, name, empty, chars] of tokens) {
    const top = stack.at(-1);
    if (top === undefined) return undefined;
    if (chars !== undefined) top.text += unescapeXml(chars);
    else if (name !== undefined && !advance(stack, { name, closing: closing === '/', empty: empty === '/' }))
      return undefined;
  }
  return stack.length === 1 && root.children.length === 1 ? root.children[0] : undefined;
}

export function childText(parent: XmlElement, name: string): string | undefined {
  return parent.children.find((child) => child.name === name)?.text;
}

export function childrenNamed(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.filter((child) => child.name === name);
}

interface Open {
  readonly name: string;
  text: string;
  readonly children: Open[];
}

function advance(
  stack: Open[],
  tag: { readonly name: string; readonly closing: boolean; readonly empty: boolean },
): boolean {
  if (tag.closing) return stack.length > 1 && stack.pop()?.name === tag.name;
  const opened: Open = { name: tag.name, text: '', children: [] };
  stack.at(-1)?.children.push(opened);
  if (!tag.empty) stack.push(opened);
  return true;
}

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replaceAll(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, name: string) => {
    if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    return CHARACTERS[name] ?? whole;
  });
}
