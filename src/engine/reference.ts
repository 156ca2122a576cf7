/**
 * Image references: text to its parts, by the grammar of the distribution project (`reference.go`), with Docker's
 * defaults filled in: registry docker.io, its folder `library`, tag `latest`.
 */

export interface ImageReference {
  /** Host with optional port; `docker.io` when the text names none. */
  readonly registry: string;
  /** Path in the registry, such as `library/zookeeper`. */
  readonly repository: string;
  /** Null only beside a digest: `name@sha256:…` has no tag. */
  readonly tag: string | null;
  /** `sha256:` and 64 hexadecimal digits (or sha384, sha512), or null. Where given, the tag decides nothing. */
  readonly digest: string | null;
}

export type ParsedReference =
  | { readonly ok: true; readonly reference: ImageReference }
  /** What is wrong with it, in one sentence that quotes the text. */
  | { readonly ok: false; readonly problem: string };

const LONGEST_NAME = 255;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const HOST_NAME =
  /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?$/;
const HOST_IPV6 = /^\[[a-fA-F0-9:]+\](?::[0-9]+)?$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;
const IMAGE_ID = /^(?:sha256:)?[a-f0-9]{64}$/;

/** Reads a reference as `docker pull` would. Never throws. */
export function parseReference(text: string): ParsedReference {
  const wrong = (why: string): ParsedReference => ({
    ok: false,
    problem: `"${text.slice(0, 100)}" is no image reference: ${why}`,
  });
  if (text === '') return wrong('it is empty');
  if (isImageId(text)) return wrong('it is the id of an image, which no registry can be asked for');

  const at = text.indexOf('@');
  const digest = at < 0 ? null : text.slice(at + 1);
  if (digest !== null && !DIGEST.test(digest)) {
    return wrong('after "@" comes a digest such as sha256: with 64 hexadecimal digits in lower case');
  }
  const named = at < 0 ? text : text.slice(0, at);
  // A colon before the last slash belongs to the registry's port.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon < 0 ? null : named.slice(colon + 1);
  if (tag !== null && !TAG.test(tag)) {
    return wrong(
      'a tag has 1 to 128 letters, digits, "_", "." and "-", and begins with none of the last two',
    );
  }
  const name = colon < 0 ? named : named.slice(0, colon);
  if (name.length > LONGEST_NAME) return wrong(`its name is longer than ${LONGEST_NAME} characters`);

  const { registry, repository } = splitName(name);
  if (!HOST_NAME.test(registry) && !HOST_IPV6.test(registry))
    return wrong(`"${registry}" is no registry host`);
  if (!repository.split('/').every((component) => PATH_COMPONENT.test(component))) {
    return wrong('a repository has lower-case letters and digits, separated by ".", "_", "__", "-" or "/"');
  }
  return {
    ok: true,
    reference: { registry, repository, tag: tag ?? (digest === null ? 'latest' : null), digest },
  };
}

/** The full text of a reference; parsing it gives the same reference. */
export function formatReference(reference: ImageReference): string {
  const tag = reference.tag === null ? '' : `:${reference.tag}`;
  const digest = reference.digest === null ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}

/** Whether the text is an image's id on an engine (`sha256:` may be left out), which can be run but not pulled. */
export function isImageId(text: string): boolean {
  return IMAGE_ID.test(text);
}

/** The first component is a registry only where it could be no folder of Docker Hub's: `localhost`, or with a dot, a port or a capital. */
function splitName(name: string): { readonly registry: string; readonly repository: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isRegistry = /[.:[]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const registry = isRegistry && first !== 'index.docker.io' ? first : 'docker.io';
  const path = isRegistry ? name.slice(slash + 1) : name;
  return { registry, repository: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path };
}
