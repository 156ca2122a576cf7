/**
 * dockerode, opened safely, and the one place that loads it, which is heavy. Only docker.ts should import this.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { dialOptions } from './address.js';

/** A client of its own; dials nothing yet. Throws a Fault `refused` when the address is none. */
export function openClient(address: string): Docker {
  const dial = dialOptions(address);
  // No pooled connections: one that a restarted daemon left behind would fail a call that it never got.
  const agent =
    dial.protocol === 'https' ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false });
  // docker-modem renders the options of each request for a debug log that is off, with every socket of the agent: it took
  // longer than the request.
  const options = { ...dial, agent: Object.assign(agent, { [inspect.custom]: () => 'Agent' }) };
  return withoutDockerHost(() => new Docker(options));
}

export function speakApi(client: Docker, api: string): void {
  Object.assign(client.modem, { version: `v${api}` });
}

/**
 * The JSON of a GET. For `/version` and images, whose calls in dockerode 5.0.1 or its types take no abort signal:
 * a hung engine would keep their sockets for ever.
 */
export function getJson(client: Docker, path: string, abortSignal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    client.modem.dial({ path, method: 'GET', abortSignal, statusCodes: { 200: true } }, (error, answer) => {
      if (error === null || error === undefined) resolve(answer);
      else reject(error);
    });
  });
}

/**
 * docker-modem fills what it is not given from DOCKER_HOST, DOCKER_CERT_PATH and DOCKER_CLIENT_TIMEOUT: the host would win
 * over a socket, and the timeout would cut the stream of events. The settings have looked at DOCKER_HOST already.
 */
function withoutDockerHost<T>(open: () => T): T {
  const { DOCKER_HOST: host } = process.env;
  delete process.env.DOCKER_HOST;
  try {
    return open();
  } finally {
    if (host !== undefined) process.env.DOCKER_HOST = host;
  }
}
