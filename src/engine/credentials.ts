/**
 * Credentials for registries, out of Docker's own config.json and the helpers that it names. All is read anew for each
 * pull, so that what is rotated is taken up.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { askHelper } from './credential-helper.js';
import { loginFor, type RegistryAuth, readDockerConfig } from './docker-config.js';

export interface FoundCredentials {
  /** Null: none; the pull is anonymous. */
  readonly auth: RegistryAuth | null;
  /** The file that has them, or would have. */
  readonly file: string;
  /** Why it can't be told whether there are any, in a sentence without a secret. */
  readonly trouble: { readonly message: string; readonly passing: boolean } | null;
}

export interface Credentials {
  /** Never rejects: where there is trouble, the image may still be one that needs none. */
  find(registry: string, signal: AbortSignal): Promise<FoundCredentials>;
  /** Another text whenever the file has changed. */
  mark(): Promise<string>;
}

/** A helper may have to ask a service of its own for a token; milliseconds. */
const HELPER_DEADLINE = 20_000;

/** What names a token instead of a user, by the protocol of helpers. */
const TOKEN_USER = '<token>';

/** The file is DOCKER_CONFIG's, else that of the home, else root's: a service has no HOME. */
export function openCredentials(
  environment: NodeJS.ProcessEnv,
  deadline: number = HELPER_DEADLINE,
): Credentials {
  const { DOCKER_CONFIG: folder, HOME: home } = environment;
  const file = join(folder || join(home || '/root', '.docker'), 'config.json');
  return {
    async find(registry, signal) {
      const trouble = (message: string, passing: boolean): FoundCredentials => ({
        auth: null,
        file,
        trouble: { message, passing },
      });
      const read = await readConfig(file);
      if (!read.ok) return trouble(`${file} can't be read for credentials: ${read.problem}: mend it`, false);
      const login = loginFor(read.config, registry);
      switch (login.from) {
        case 'nowhere':
          return { auth: null, file, trouble: null };
        case 'file':
          return { auth: login.auth, file, trouble: null };
        case 'unusable':
          return trouble(`${file}: ${login.problem}: mend it`, false);
        case 'helper': {
          const { helper, server: serveraddress } = login;
          const answer = await askHelper({ helper, server: serveraddress, environment, deadline, signal });
          if (!answer.ok) return trouble(`${answer.problem} (named in ${file})`, true);
          if (answer.secret === null) return { auth: null, file, trouble: null };
          const { username, secret } = answer;
          const auth =
            username === TOKEN_USER
              ? { serveraddress, identitytoken: secret }
              : { serveraddress, username, password: secret };
          return { auth, file, trouble: null };
        }
      }
    },
    async mark() {
      try {
        const { mtimeNs, ctimeNs, size, ino } = await stat(file, { bigint: true });
        return `${mtimeNs} ${ctimeNs} ${size} ${ino}`;
      } catch (error) {
        return codeOf(error);
      }
    },
  };
}

async function readConfig(file: string): Promise<ReturnType<typeof readDockerConfig>> {
  try {
    return readDockerConfig(await readFile(file, 'utf8'));
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' ? { ok: true, config: {} } : { ok: false, problem: code };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
