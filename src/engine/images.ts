/** The port's verbs for images: whether one is there, and pulling it, with the registry's credentials. */
import { Readable } from 'node:stream';
import type { Limits } from '../settings/settings.js';
import { unlessFault } from './already.js';
import { getJson } from './client.js';
import type { Credentials, FoundCredentials } from './credentials.js';
import { type Engine, Fault } from './engine.js';
import { classify, describe, type EngineCall } from './fault.js';
import type { Link } from './link.js';
import { pullImage } from './pull.js';
import { type ImageReference, isImageId, parseReference } from './reference.js';

export interface ImageOptions {
  readonly limits: Limits;
  /** Null: every pull is anonymous. */
  readonly credentials: Pick<Credentials, 'find'> | null;
}

export function imageVerbs(
  link: Link,
  { limits, credentials }: ImageOptions,
): Pick<Engine, 'hasImage' | 'pull'> {
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
      let found: FoundCredentials | null = null;
      const open = async (abortSignal: AbortSignal): Promise<Readable> => {
        found = (await credentials?.find(registry, abortSignal)) ?? null;
        return asReadable(
          await link.streams.createImage({
            fromImage: `${registry}/${repository}`,
            tag: digest ?? tag ?? 'latest',
            ...(found?.auth ? { authconfig: found.auth } : {}),
            abortSignal,
          }),
        );
      };
      try {
        await pullImage({
          call,
          open,
          verify: () => hasImage(text),
          progress,
          stall: limits.pullStall,
          signals: [signal, link.closing],
        });
      } catch (error) {
        throw withRemedy(classify(error, call), registry, found);
      }
    },
  };
}

/**
 * What the credentials had to do with a failed pull, and what to do about it. Where they could not be had for a
 * passing reason, the registry's no does not count: the next time they may be there.
 */
function withRemedy(fault: Fault, registry: string, found: FoundCredentials | null): Fault {
  if (found === null) return fault;
  const { kind, retryAfter } = fault;
  const { trouble, auth, file } = found;
  if (trouble !== null) {
    const retry = trouble.passing && fault.retry === 'never' ? 'later' : fault.retry;
    return new Fault(
      kind,
      retry,
      `${fault.message}; asked without credentials: ${trouble.message}`,
      retryAfter,
    );
  }
  if (kind !== 'denied') return fault;
  const remedy =
    auth === null
      ? `no credentials for ${registry} in ${file}: see that the image exists, and put them there, as docker login ${registry} does`
      : `the credentials for ${registry} of ${file} are refused: renew them, or grant them the right to pull`;
  return new Fault(kind, fault.retry, `${fault.message}; ${remedy}`, retryAfter);
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
