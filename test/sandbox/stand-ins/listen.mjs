/** What a program listens on. `bindFailure` is the exit code of one that can't. */
import { createSocket } from 'node:dgram';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp } from 'node:net';
import { fail, say } from './command-line.mjs';
import { answerTo, framed } from './dns.mjs';

/**
 * `routes`: path to a function that returns [status, body, headers], or a promise of it. `every`: asked of a request first,
 * answers what it answers, or else null. With `tls`, a key and certificate.
 */
export function http(address, port, routes = {}, { tls, bindFailure, every = () => null } = {}) {
  const answer = async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://stand-in').pathname;
    const [status, body, headers] = (await every(request)) ?? (await routes[path]?.()) ?? [404, ''];
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
    response.end(isText ? body : JSON.stringify(body));
  };
  bound(tls ? createHttps(tls, answer) : createHttp(answer), address, port, bindFailure);
}

/** Takes connections, and says nothing. */
export function tcp(address, port) {
  bound(
    createTcp((socket) => socket.on('error', () => socket.destroy()).resume()),
    address,
    port,
  );
}

export function udp(address, port) {
  bindUdp(createSocket('udp4'), address, port);
}

/** By UDP and TCP. `addressOf`: a name to its address, or undefined. */
export function dns(address, port, addressOf) {
  const socket = createSocket('udp4');
  socket.on('message', (query, { address: from, port: at }) =>
    socket.send(answerTo(query, addressOf), at, from),
  );
  bindUdp(socket, address, port);
  const server = createTcp((connection) => {
    connection.on('error', () => connection.destroy());
    connection.once('data', (bytes) => connection.end(framed(answerTo(bytes.subarray(2), addressOf))));
  });
  bound(server, address, port);
}

/** `10.0.0.5:9100` or `:9100` as address and port. */
export function addressAndPort(text) {
  const at = text.lastIndexOf(':');
  return [text.slice(0, at) || '0.0.0.0', Number(text.slice(at + 1))];
}

function bound(server, address, port, bindFailure = 1) {
  server.on('error', (error) => fail(error.message, bindFailure));
  server.listen(Number(port), address, () => say(`listening on ${address}:${port}`));
}

function bindUdp(socket, address, port) {
  socket.on('error', (error) => fail(error.message));
  socket.bind(Number(port), address, () => say(`listening on ${address}:${port}/udp`));
}
