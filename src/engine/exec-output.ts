/** The end of what a command printed, out of Docker's stream of frames: 4 bytes of kind, 4 of length, and the words. */
import type { Readable } from 'node:stream';

/** Bytes that are kept; all is read, since a command whose output nobody takes stands still. */
const KEPT = 4096;
const HEADER = 8;

/** Resolves at the stream's end, however it comes, with the last of both streams as they came. */
export function readOutput(stream: Readable, giveUp: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const printed = outputTail();
    const end = () => void stream.destroy();
    giveUp.addEventListener('abort', end);
    stream.on('data', printed.take);
    stream.on('error', () => {
      // `close` follows: how the command ended is asked for, and not read from here.
    });
    const done = () => {
      giveUp.removeEventListener('abort', end);
      resolve(printed.text());
    };
    stream.on('close', done);
    if (giveUp.aborted) end();
    if (stream.destroyed) done();
  });
}

/** Takes chunks, which may cut a frame anywhere. */
export function outputTail(): { readonly take: (chunk: Buffer) => void; readonly text: () => string } {
  let header = Buffer.alloc(0);
  let left = 0;
  let kept = Buffer.alloc(0);
  return {
    take(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + (left > 0 ? left : HEADER - header.length));
        at += part.length;
        if (left > 0) {
          left -= part.length;
          kept = Buffer.concat([kept, part.subarray(-KEPT)]).subarray(-KEPT);
          continue;
        }
        header = Buffer.concat([header, part]);
        if (header.length < HEADER) continue;
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
    },
    text: () => kept.toString('utf8'),
  };
}
