/** The port's verb for networks: one of that name is there, whoever has made it. None is ever removed. */
import { unlessAlready, unlessFault } from './already.js';
import { getJson } from './client.js';
import { type Engine, Fault } from './engine.js';
import { describe } from './fault.js';
import { isObject } from './lines.js';
import type { Link } from './link.js';

export function networkVerb(link: Link): Pick<Engine, 'ensureNetwork'> {
  /**
   * By name: two callers at once would both find none, and the engine's own look for a second one is a matter of luck.
   * With two of a name no container can be created: "network x is ambiguous".
   */
  const making = new Map<string, Promise<void>>();

  const isThere = (name: string): Promise<boolean> =>
    unlessFault(['gone'], false, async () => {
      const found = await link.ask(link.call('network', name), (signal) =>
        getJson(link.calls, `/networks/${name}`, signal),
      );
      // The engine also answers to the beginning of an id.
      return isObject(found) && found.Name === name;
    });
  const make = async (name: string, labels: Readonly<Record<string, string>>): Promise<void> => {
    if (await isThere(name)) return;
    await unlessAlready(
      ['taken'],
      () => isThere(name),
      async () => {
        await link.ask(link.call('network', name), (abortSignal) => {
          const _body = { Name: name, CheckDuplicate: true, Driver: 'bridge', Labels: { ...labels } };
          const options = { Name: name, _query: {}, _body, abortSignal };
          return link.calls.createNetwork(options);
        });
      },
    );
  };

  return {
    async ensureNetwork(name, labels) {
      // It becomes part of a path; see `onContainer`.
      if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
        const words = 'no network can have that name';
        throw new Fault('refused', 'never', describe(link.call('network', name), words));
      }
      const made = making.get(name) ?? make(name, labels).finally(() => making.delete(name));
      making.set(name, made);
      await made;
    },
  };
}
