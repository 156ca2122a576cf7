/** The port's verbs for images: whether one is there, and pulling it. */
import { Readable } from 'node:stream';
import type { Limits } from '../settings/settings.js';
import { unlessFault } from './already.js';
import { getJson } from './client.js';
import { type Engine, Fault } from './engine.js';
import { describe, type EngineCall } from './fault.js';
import type { Link } from './link.js';
import { pullImage } from './pull.js';
import { type ImageReference, isImageId, parseReference } from './reference.js';

export function imageVerbs(link: Link, limits: Limits): Pick<Engine, 'hasImage' | 'pull'> {
  const hasImage = async (text: string): Promise<boolean> => {
    const call = link.call('image', text);
    const name = isImageId(text) ? text : engineName(referenceOr(call, text));
    return unlessFault(['gone'], false, async () => {
      await link.ask(call, (signal) => getJson(link.calls, `/images/${name}/json`, signal));
      return true;
    });
  };
  return {
    hasImage,
    async pull(text, progress, signal) {
      const call = link.call('pull', text);
      const { registry, repository, tag, digest } = referenceOr(call, text);
      await link.ready();
      await pullImage({
        call,
        open: async (abortSignal) =>
          asReadable(
            await link.streams.createImage({
              fromImage: `${registry}/${repository}`,
              tag: digest ?? tag ?? 'latest',
              abortSignal,
            }),
          ),
        verify: () => hasImage(text),
        progress,
        stall: limits.pullStall,
        signals: [signal, link.closing],
      });
    },
  };
}

/** dockerode's type says less than what it gives: the answer itself. */
export function asReadable(stream: NodeJS.ReadableStream): Readable {
  return stream instanceof Readable ? stream : Readable.from(stream);
}

/** Checked here, before it becomes part of a path. */
function referenceOr(call: EngineCall, text: string): ImageReference {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Fault('refused', 'never', describe(call, parsed.problem));
  return parsed.reference;
}

/** With a digest the tag is left out, since it would decide nothing. */
function engineName({ registry, repository, tag, digest }: ImageReference): string {
  return digest === null
    ? `${registry}/${repository}:${tag ?? 'latest'}`
    : `${registry}/${repository}@${digest}`;
}
