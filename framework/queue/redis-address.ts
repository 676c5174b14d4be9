/** Where Redis is found: one server, a group watched by sentinels, or a cluster. */
export type RedisAddress =
  | { readonly kind: 'server'; readonly url: string; readonly place: string }
  | ({ readonly kind: 'sentinel'; readonly master: string; readonly database: number } & Group)
  | ({ readonly kind: 'cluster' } & Group);

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

interface Group {
  /** Sentinels, or some nodes of the cluster; any that answers names the others. */
  readonly nodes: readonly [RedisNode, ...RedisNode[]];
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
}

/** What `REDIS_URL` may be; for messages. */
export const REDIS_FORMS =
  'redis://host:6379, rediss://user:password@host:6380 (TLS), ' +
  'redis+sentinel://user:password@host:26379,host:26379/master/0 or redis+cluster://user:password@host:6379,host:6379';

// One regular expression, because a URL with several hosts is none that `URL` reads.
const GROUP =
  /^redis(?<tls>s?)\+(?<kind>sentinel|cluster):\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?#]+)(?:\/(?<master>[^/?#]+)(?:\/(?<database>\d+))?)?\/?$/;
const DEFAULT_PORT = { server: 6379, sentinel: 26_379, cluster: 6379 } as const;

/** Undefined where the text is none of the forms. Credentials with special characters are percent-encoded. */
export function readRedisAddress(text: string): RedisAddress | undefined {
  if (/^rediss?:\/\//.test(text)) return server(text);
  const parts = GROUP.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { kind, hosts = '', master, database = '0' } = parts;
  const nodes = readNodes(hosts, kind === 'sentinel' ? DEFAULT_PORT.sentinel : DEFAULT_PORT.cluster);
  const credentials = readCredentials(parts);
  if (nodes === undefined || credentials === undefined) return undefined;
  const group: Group = { nodes, tls: parts['tls'] === 's', ...credentials };
  if (kind === 'cluster') return master === undefined ? { kind, ...group } : undefined;
  return master === undefined ? undefined : { kind: 'sentinel', master, database: Number(database), ...group };
}

/** Hosts and ports, without credentials; for messages. */
export function redisPlaces(address: RedisAddress): string {
  const { kind } = address;
  if (kind === 'server') return address.place;
  const nodes = address.nodes.map(({ host, port }) => `${host}:${port}`).join(', ');
  return kind === 'sentinel' ? `${nodes} (sentinels of "${address.master}")` : `${nodes} (cluster)`;
}

function server(url: string): RedisAddress | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  return { kind: 'server', url, place: `${hostname}:${port === '' ? DEFAULT_PORT.server : port}` };
}

function readNodes(hosts: string, defaultPort: number): Group['nodes'] | undefined {
  const nodes = hosts.split(',').map((text) => readNode(text, defaultPort));
  const [first, ...others] = nodes.filter((node) => node !== undefined);
  return first === undefined || others.length + 1 < nodes.length ? undefined : [first, ...others];
}

function readNode(text: string, defaultPort: number): RedisNode | undefined {
  if (!URL.canParse(`redis://${text}`)) return undefined;
  const { hostname, port, pathname, username } = new URL(`redis://${text}`);
  if (hostname === '' || pathname !== '' || username !== '') return undefined;
  // An IPv6 address stands in brackets in a URL, and without them elsewhere.
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? defaultPort : Number(port) };
}

function readCredentials({
  user = '',
  password = '',
}: Readonly<Record<string, string | undefined>>): Pick<Group, 'username' | 'password'> | undefined {
  try {
    return {
      ...(user === '' ? {} : { username: decodeURIComponent(user) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    };
  } catch {
    return undefined;
  }
}
