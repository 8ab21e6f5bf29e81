/** Real control URLs have about 130 characters. */
const MAX_URL_LENGTH = 2_048;
const MAX_PORT = 65_535;

/**
 * `.vapi.ai` or `vapi.ai`: at least two labels, so that nobody allows a whole top-level domain or everything by a slip. The
 * one label that is no such domain is `localhost`.
 */
const HOST_SUFFIX = /^(?:localhost|\.?[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/;
/** `localhost:4010`, `10.0.0.7:80`, `[::1]:4010`. */
const HOST_AND_PORT = /^([a-z0-9][a-z0-9.-]*|\[[0-9a-f:]+\]):(\d{1,5})$/;

/**
 * Hosts that control URLs may have. A suffix (`.vapi.ai`) matches whole labels, over https on its default port; a `host:port`
 * matches exactly that and also allows http, for simulators and tests.
 */
export type ControlHosts = readonly string[];

/**
 * Reads the setting `VAPI_CONTROL_HOSTS`.
 *
 * @param list comma-separated host suffixes or `host:port` entries; empty entries are skipped.
 * @throws Error naming the entry that is neither, or when nothing is left: without hosts no call could ever be cut.
 */
export function parseControlHosts(list: string): ControlHosts {
  const hosts = list.split(',').map((entry) => entry.trim().toLowerCase());
  const entries = hosts.filter((entry) => entry !== '');
  const wrong = entries.find((entry) => !HOST_SUFFIX.test(entry) && !isHostAndPort(entry));
  if (wrong !== undefined) throw new Error(`control host "${wrong}" is neither a host suffix nor host:port`);
  if (entries.length === 0) throw new Error('no control host is given');
  return entries;
}

/**
 * The URL to post to, or undefined when it must not be requested: it comes from outside, and a wrong one would make this
 * server knock on doors of its own network.
 *
 * @param given as received; angle brackets around it (Vapi's samples have them) and spaces are taken off.
 */
export function checkControlUrl(given: string, allowedHosts: ControlHosts): URL | undefined {
  if (given.length > MAX_URL_LENGTH) return undefined;
  const url = parse(given.trim().replace(/^<(.*)>$/, '$1'));
  if (url === undefined || url.username !== '' || url.password !== '') return undefined;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  return allowedHosts.some((entry) => matches(url, entry)) ? url : undefined;
}

function matches(url: URL, entry: string): boolean {
  if (isHostAndPort(entry)) return `${url.hostname}:${portOf(url)}` === entry;
  if (url.protocol !== 'https:' || url.port !== '') return false;
  return entry.startsWith('.') ? url.hostname.endsWith(entry) : isHostOrBelow(url.hostname, entry);
}

function isHostOrBelow(hostname: string, host: string): boolean {
  return hostname === host || hostname.endsWith(`.${host}`);
}

function isHostAndPort(entry: string): boolean {
  const port = Number(HOST_AND_PORT.exec(entry)?.[2] ?? 0);
  return port >= 1 && port <= MAX_PORT;
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
