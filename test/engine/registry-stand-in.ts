/**
 * A stand-in for an image registry, API v2, without TLS or users: run it as a program in a sandbox host's network. It
 * prints its port, and then what happens to blobs. The first word of a repository's name says how it behaves:
 * `whole` serves it, `unknown` has no manifest, `lost` no layer, `limited` answers 429, `slow` takes twelve seconds,
 * `stall` stops in the middle of the layer, `cut` breaks off there each time, `once` only the first time.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';

interface Image {
  readonly manifest: Buffer;
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly layer: string;
}

const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** One file in an archive: a header of 512 bytes, the content filled up to as many, and two empty blocks. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(content.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([
    header,
    content,
    Buffer.alloc((512 - (content.length % 512)) % 512),
    Buffer.alloc(1024),
  ]);
}

/** Each repository has a layer of its own: the engine would not ask twice for one it has. */
function makeImage(): Image {
  const tar = tarOf('data', randomBytes(6 * 1024 * 1024));
  const layer = gzipSync(tar, { level: 1 });
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Cmd: ['/data'] },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
      history: [{ created_by: 'stand-in' }],
    }),
  );
  const part = (content: Buffer, mediaType: string) => ({
    mediaType,
    size: content.length,
    digest: digestOf(content),
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: part(config, 'application/vnd.docker.container.image.v1+json'),
      layers: [part(layer, 'application/vnd.docker.image.rootfs.diff.tar.gzip')],
    }),
  );
  const blobs = new Map([config, layer].map((content) => [digestOf(content), content]));
  return { manifest, blobs, layer: digestOf(layer) };
}

const images = new Map<string, Image>();
const served = new Map<string, number>();
const say = (line: string) => process.stdout.write(`${line}\n`);

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

/** In twelve pieces over more than a second, so that there is progress to see. */
async function dribble(
  response: ServerResponse,
  content: Buffer,
  behaviour: string,
  first: boolean,
): Promise<void> {
  const pieces = 12;
  const size = Math.ceil(content.length / pieces);
  for (let index = 0; index < pieces; index += 1) {
    if (response.destroyed) return;
    if (index === pieces / 2 && behaviour === 'stall') return;
    if (index === pieces / 2 && (behaviour === 'cut' || (behaviour === 'once' && first))) {
      response.destroy();
      return;
    }
    response.write(content.subarray(index * size, (index + 1) * size));
    await delay(behaviour === 'slow' ? 1000 : 110);
  }
  response.end();
}

const server = createServer((request, response) => {
  const [, name = '', kind = '', what = ''] =
    /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? [];
  if (name === '') {
    response.writeHead(200, { 'docker-distribution-api-version': 'registry/2.0' }).end('{}');
    return;
  }
  const behaviour = name.split('-')[0] ?? '';
  const image = images.get(name) ?? makeImage();
  images.set(name, image);
  if (behaviour === 'limited')
    return refuse(response, 429, 'TOOMANYREQUESTS', 'retry-after: 7s, allowed: 1/minute');
  if (kind === 'manifests') {
    if (behaviour === 'unknown') return refuse(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    response.writeHead(200, {
      'content-type': manifestType,
      'docker-content-digest': digestOf(image.manifest),
      'content-length': image.manifest.length,
    });
    response.end(request.method === 'HEAD' ? undefined : image.manifest);
    return;
  }
  const content = image.blobs.get(what);
  const isLayer = what === image.layer;
  if (content === undefined || (isLayer && behaviour === 'lost')) {
    return refuse(response, 404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  }
  const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = content.subarray(from);
  const range =
    from === 0 ? {} : { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
  response.writeHead(from === 0 ? 200 : 206, { 'content-length': rest.length, ...range });
  if (!isLayer) return void response.end(rest);
  const times = (served.get(name) ?? 0) + 1;
  served.set(name, times);
  say(`layer ${name} ${times}`);
  // The client's end; the answer's own close comes only when all of it is written.
  request.socket.once('end', () => say(`closed ${name} ${times}`));
  request.socket.once('close', () => say(`closed ${name} ${times}`));
  void dribble(response, rest, behaviour, times === 1);
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  say(`port ${typeof address === 'object' && address !== null ? address.port : 0}`);
});
