/**
 * Plays one replica of Mesos' replicated log, as far as the others and the probes see it: by Mesos' own rules
 * (`src/log/recover.cpp`) it takes part once a quorum has the data, or, at the first start, once all are there.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Of this stand-in alone: true replicas speak by messages. */
export const STATUS_PATH = '/stand-in/replica';

const ASK_AGAIN = 500;
const ANSWER_WITHIN = 2_000;

export class Replica {
  #file;
  #status;

  /** `group`: of all replicas, with the `address` of each. */
  constructor({ workDir, quorum, group }) {
    this.#file = join(workDir, 'replica');
    mkdirSync(workDir, { recursive: true });
    this.#status = existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : 'EMPTY';
    void this.#recover(quorum, group);
  }

  status() {
    return this.#status;
  }

  async #recover(quorum, group) {
    while (this.#status !== 'VOTING') {
      const all = await Promise.all(group.members().map(({ address }) => ask(address)));
      const count = (...statuses) => all.filter((status) => statuses.includes(status)).length;
      const size = 2 * quorum - 1;
      if (count('VOTING') >= quorum) this.#become('VOTING');
      else if (this.#status === 'EMPTY' && count('EMPTY', 'STARTING') >= size) this.#become('STARTING');
      else if (this.#status === 'STARTING' && count('STARTING', 'VOTING') >= size) this.#become('VOTING');
      else await delay(ASK_AGAIN);
    }
  }

  #become(status) {
    writeFileSync(this.#file, status);
    this.#status = status;
  }
}

async function ask(address) {
  try {
    const answer = await fetch(`http://${address}${STATUS_PATH}`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    return await answer.text();
  } catch {
    return null;
  }
}
