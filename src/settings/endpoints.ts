/** How settings that name something to connect to, or to listen on, are read. What may hold a password is not echoed. */
import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { bad, good, type Parsed } from './row.js';
import { list } from './values.js';

/** The longest path that the kernel takes for a socket: 107 bytes and the closing NUL. */
const SOCKET_PATH_BYTES = 107;

/** `http://host:port` or `https://host:port`, several with commas. */
export function etcdEndpoints(text: string): Parsed<readonly string[]> {
  const endpoints: string[] = [];
  for (const item of list(text)) {
    const parsed = etcdEndpoint(item);
    if (!parsed.ok) return parsed;
    if (!endpoints.includes(parsed.value)) endpoints.push(parsed.value);
  }
  return good(endpoints);
}

function etcdEndpoint(text: string): Parsed<string> {
  const example = 'write http://HOST:PORT or https://HOST:PORT, several with commas';
  if (text === '') return bad(`an endpoint is empty: ${example}`);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.username !== '' || url.password !== '')) {
    return bad('an endpoint holds no user or password, since settings are not secret: leave them out');
  }
  const [, scheme = '', authority] = /^(https?):\/\/([^/?#]+)\/?$/.exec(text) ?? [];
  if (url === null || authority === undefined) return bad(`"${text}" is no endpoint of etcd: ${example}`);
  const address = hostAndPort(authority);
  return address === null ? bad(`"${text}" has no valid port: ${example}`) : good(`${scheme}://${address}`);
}

/** Where the Docker Engine answers: the forms of `DOCKER_HOST`, without ssh. */
export function dockerHost(text: string): Parsed<string> {
  const socket = /^unix:\/\/(\/.+)$/.exec(text)?.[1];
  if (socket !== undefined) return fitsSocket(socket) ? good(text) : bad(tooLong(socket));
  const remote = /^(tcp|http|https):\/\/([^/@?#]+)\/?$/.exec(text);
  const address = hostAndPort(remote?.[2] ?? '');
  if (remote !== null && address !== null) {
    return good(`${remote[1] === 'https' ? 'https' : 'tcp'}://${address}`);
  }
  const shown = text.includes('@') ? 'it' : `"${text}"`;
  return bad(
    `${shown} is no address of a Docker Engine: write unix:///PATH, tcp://HOST:PORT or https://HOST:PORT`,
  );
}

/** `host:port`, or `unix:PATH`. */
export function listenAddress(text: string): Parsed<string> {
  if (text.startsWith('unix:')) {
    const given = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    if (given === '') return bad('"unix:" names no socket: write unix:PATH');
    const socket = resolve(given);
    return fitsSocket(socket) ? good(`unix:${socket}`) : bad(tooLong(socket));
  }
  const address = hostAndPort(text);
  if (address !== null) return good(address);
  return bad(`"${text}" is no address to listen on: write HOST:PORT, such as 127.0.0.1:7117, or unix:PATH`);
}

/** The same text where it is a host (name, IPv4, or IPv6 in brackets) and a port from 1 to 65535; else null. */
function hostAndPort(text: string): string | null {
  const parts = /^(\[[^\]]+\]|[^:[\]\s]+):(\d{1,5})$/.exec(text);
  const host = parts?.[1] ?? '';
  const port = Number(parts?.[2] ?? 0);
  if (host === '' || port < 1 || port > 65535) return null;
  if (host.startsWith('[')) return isIPv6(host.slice(1, -1)) ? `${host}:${port}` : null;
  return /^[a-zA-Z0-9._-]+$/.test(host) ? `${host}:${port}` : null;
}

function fitsSocket(socket: string): boolean {
  return Buffer.byteLength(socket) <= SOCKET_PATH_BYTES;
}

function tooLong(socket: string): string {
  return `the path of the socket is ${Buffer.byteLength(socket)} bytes long: a socket takes ${SOCKET_PATH_BYTES} at most`;
}
