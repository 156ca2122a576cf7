/** The port's verb for a small file of a container, which need not run: the engine hands it out as an archive. */
import type Docker from 'dockerode';
import { unlessFault } from './already.js';
import { type Engine, Fault } from './engine.js';
import { describe } from './fault.js';
import { asReadable } from './images.js';
import type { Link } from './link.js';

/** In bytes. */
const LONGEST_FILE = 4 * 1024;
/** An archive comes in pieces of so many bytes: a head, then the content. */
const BLOCK = 512;

export function readFileVerb(
  link: Link,
  look: (id: string) => Promise<Docker.ContainerInspectInfo>,
): Pick<Engine, 'readFile'> {
  return {
    async readFile(id, path) {
      const call = link.onContainer('read', id);
      // No such file and no such container are one answer to Docker.
      const archive = await unlessFault(['gone'], null, () =>
        link.ask(call, async (abortSignal) => {
          const stream = await link.streams.getContainer(id).getArchive({ path, abortSignal });
          return firstBytes(asReadable(stream));
        }),
      );
      if (archive === null) {
        await look(id);
        return null;
      }
      const content = fileIn(archive);
      if (content !== null) return content;
      throw new Fault(
        'refused',
        'later',
        describe(call, `${path} is no file of ${LONGEST_FILE} bytes or less`),
      );
    },
  };
}

/** As many as the head and the longest file take. */
async function firstBytes(stream: ReturnType<typeof asReadable>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= BLOCK + LONGEST_FILE) break;
  }
  return Buffer.concat(chunks);
}

/** The content of the archive's first entry; null: that is no plain file, or too long. */
function fileIn(archive: Buffer): string | null {
  const kind = archive.subarray(156, 157).toString('latin1');
  const size = Number.parseInt(archive.subarray(124, 136).toString('latin1'), 8);
  if (!(kind === '0' || kind === '\0') || !(size <= LONGEST_FILE) || archive.length < BLOCK + size)
    return null;
  return archive.subarray(BLOCK, BLOCK + size).toString('utf8');
}
