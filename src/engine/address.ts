/** The engine's address as dockerode's options. */
import type { DockerOptions } from 'dockerode';
import { Fault } from './engine.js';

/** Reads `unix:///path`, `tcp://host:port` or `http(s)://host:port`. Throws a Fault `refused` on anything else. */
export function dialOptions(address: string): DockerOptions {
  if (address.startsWith('unix:///')) return { socketPath: address.slice('unix://'.length) };
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.hostname === '' || !['tcp:', 'http:', 'https:'].includes(url.protocol)) {
    throw new Fault(
      'refused',
      'never',
      `"${address}" is no address of an engine: use unix:///path, tcp://host:port or https://host:port`,
    );
  }
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  const usual = protocol === 'https' ? '2376' : '2375';
  // URL drops a port that is the scheme's own; with tcp there is none to drop.
  const ownPort = url.protocol === 'http:' ? '80' : '443';
  const named = new RegExp(`:${ownPort}/?$`).test(address);
  return {
    protocol,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (named && url.protocol !== 'tcp:' ? ownPort : usual) : url.port,
  };
}
