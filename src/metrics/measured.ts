/** Measures the calls of a port from outside: neither who calls nor who answers knows of it. */

/** Told when a call has ended; `error` null: it went well. */
export type CallEnded = (call: string, milliseconds: number, error: unknown) => void;

/**
 * The same port, with each of its methods that gives a promise measured under its own name. What a port gains is
 * measured by itself.
 */
export function measured<Port extends object>(port: Port, now: () => number, ended: CallEnded): Port {
  const wrapped = new Map<string | symbol, unknown>();
  return new Proxy(port, {
    get(target, name) {
      const known = wrapped.get(name);
      if (known !== undefined) return known;
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || typeof name !== 'string') return member;
      const verb = (...given: readonly unknown[]): unknown => {
        const began = now();
        const answer: unknown = Reflect.apply(member, target, given);
        if (answer instanceof Promise) {
          answer.then(
            () => ended(name, now() - began, null),
            (error: unknown) => ended(name, now() - began, error),
          );
        }
        return answer;
      };
      wrapped.set(name, verb);
      return verb;
    },
  });
}
