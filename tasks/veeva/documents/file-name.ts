const LONGEST = 200;

/** The file name of a Content-Disposition header, fit for the end of a key; undefined where there is none. */
export function fileNameOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const coded = /filename\*\s*=\s*UTF-8''([^;\s]+)/i.exec(header)?.[1];
  const quoted = /filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(header)?.[1]?.replaceAll(/\\(.)/g, '$1');
  const plain = /filename\s*=\s*([^";\s][^";]*)/i.exec(header)?.[1];
  return usable(decoded(coded) ?? asUtf8(quoted ?? plain));
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Headers are read as Latin-1; a server that writes UTF-8 into one means UTF-8. */
function asUtf8(text: string | undefined): string | undefined {
  if (text === undefined || /[^\p{Cc}\u0020-\u00ff]/u.test(text)) return text;
  const read = Buffer.from(text, 'latin1').toString('utf8');
  return read.includes('\uFFFD') ? text : read;
}

/** The last segment, so that no name leads out of its folder, and with its ending where it is too long. */
function usable(name: string | undefined): string | undefined {
  const last =
    name
      ?.split(/[/\\]/)
      .at(-1)
      ?.replaceAll(/\p{Cc}/gu, '')
      .trim() ?? '';
  if (last === '' || /^\.+$/.test(last)) return undefined;
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(last)?.[0] ?? '';
  return last.length <= LONGEST ? last : `${last.slice(0, LONGEST - ending.length)}${ending}`;
}
