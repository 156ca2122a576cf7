/**
 * Which API version to speak. dockerode negotiates nothing, and no fixed version serves all engines: 20.10 ends at
 * 1.41, 29.0 begins at 1.44.
 */
import { Fault } from './engine.js';
import { isObject } from './lines.js';

/** Newest that is asked for, also of an engine that has newer ones. */
const NEWEST_API = '1.51';
/** Oldest that can say all of a create body: mounts, `Init` and `StopTimeout` came with 1.25. */
const OLDEST_API = '1.25';

/** What `GET /version` says. */
export interface OfferedVersion {
  readonly version: string;
  readonly newestApi: string;
  /** Engines before API 1.24 name no oldest. */
  readonly oldestApi: string;
}

/** Reads the answer to `GET /version`; what is missing reads as empty, which agrees with nothing. */
export function readVersion(answer: unknown): OfferedVersion {
  const text = (field: string): string => {
    const value = isObject(answer) ? answer[field] : undefined;
    return typeof value === 'string' ? value : '';
  };
  return {
    version: text('Version'),
    newestApi: text('ApiVersion'),
    oldestApi: text('MinAPIVersion') || OLDEST_API,
  };
}

/** The newest version both sides know. Throws a Fault `refused` when there is none. */
export function agreeOnApi({ newestApi, oldestApi }: OfferedVersion, address: string): string {
  const agreed = compareApi(newestApi, NEWEST_API) < 0 ? newestApi : NEWEST_API;
  if (
    !(
      compareApi(agreed, newestApi) <= 0 &&
      compareApi(agreed, oldestApi) >= 0 &&
      compareApi(agreed, OLDEST_API) >= 0
    )
  ) {
    throw new Fault(
      'refused',
      'never',
      newestApi === ''
        ? `connect ${address}: what answers there is no Docker Engine; see that the address is right`
        : `connect ${address}: the engine speaks API ${oldestApi} to ${newestApi}, katod ${OLDEST_API} to ${NEWEST_API}; ` +
            'install versions that overlap',
    );
  }
  return agreed;
}

/** Below, at or above zero, as numbers: 1.9 is older than 1.41. NaN where one is no version. */
function compareApi(one: string, other: string): number {
  const [major = Number.NaN, minor = Number.NaN] = one.split('.').map(Number);
  const [otherMajor = Number.NaN, otherMinor = Number.NaN] = other.split('.').map(Number);
  return major === otherMajor ? minor - otherMinor : major - otherMajor;
}
