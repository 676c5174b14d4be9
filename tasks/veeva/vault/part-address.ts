import { DataFailure } from '#framework';

import type { FilePart } from '../files/file-list.ts';

export interface AddressRules {
  /** Base of requests: `https://acme.veevavault.com`. */
  readonly url: string;
  readonly host: string;
  readonly apiVersion: string;
  /** Host suffixes that may also see the session. */
  readonly downloadHosts: readonly string[];
}

/**
 * Where a part is fetched: its own address where Vault gives one, otherwise the documented path.
 * @throws DataFailure `E_VAULT_FOREIGN_URL` when the address leads to a host that must not see the session
 */
export function partAddress(part: FilePart, rules: AddressRules): URL {
  if (part.url === undefined) {
    return new URL(`/api/${rules.apiVersion}/services/directdata/files/${encodeURIComponent(part.name)}`, rules.url);
  }
  const address = URL.canParse(part.url) ? new URL(part.url) : undefined;
  return safeAddress(address, { what: `part ${part.name}`, rules });
}

/** @throws DataFailure `E_VAULT_FOREIGN_URL` */
export function safeAddress(
  address: URL | undefined,
  { what, rules }: { readonly what: string; readonly rules: AddressRules },
): URL {
  if (address !== undefined && isSafe(address, rules)) return address;
  throw new DataFailure(
    'E_VAULT_FOREIGN_URL',
    `The ${what} is to be fetched from ${address === undefined ? 'an address that cannot be read' : address.origin}, but the session may be sent to ` +
      `${[rules.host, ...rules.downloadHosts].join(', ')} only. If that host is Veeva's, add it to VAULT_DOWNLOAD_HOSTS.`,
    { details: { what, host: address?.host ?? null } },
  );
}

function isSafe(address: URL, rules: AddressRules): boolean {
  const base = new URL(rules.url);
  if (address.username !== '' || address.password !== '') return false;
  if (address.protocol !== 'https:' && address.protocol !== base.protocol) return false;
  return [rules.host, base.host, ...rules.downloadHosts].some((allowed) => isWithin(address.host, allowed, rules));
}

/** The Vault's own host must be equal; a configured suffix covers its subdomains. */
function isWithin(host: string, allowed: string, { downloadHosts }: AddressRules): boolean {
  return host === allowed || (downloadHosts.includes(allowed) && host.endsWith(`.${allowed}`));
}
