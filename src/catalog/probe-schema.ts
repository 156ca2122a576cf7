/** The schema of a component's probes. */
import * as z from 'zod';
import { parseJsonPath } from '../probe/json-path.js';
import * as leaf from './leaf.js';

const KINDS = ['tcp', 'http', 'fourLetter', 'dns', 'unix', 'exec'] as const;

/** What is asked of the other nodes: nothing that only this node's own container could answer. */
export function peerProbeSchema(text: leaf.Leaf) {
  return probeSchema(text).superRefine((probe, context) => {
    for (const key of ['unix', 'exec'] as const) {
      if (Object.hasOwn(probe, key))
        context.addIssue({ code: 'custom', path: [key], message: 'another node is asked over the network' });
    }
  });
}

export function probesSchema(text: leaf.Leaf) {
  const probe = probeSchema(text).optional();
  return z.strictObject({ live: probe, ready: probe, lead: probe });
}

function probeSchema(text: leaf.Leaf) {
  return z
    .strictObject({
      tcp: text(leaf.hostPort).optional(),
      http: text(url).optional(),
      /** The status code that `http` must answer. */
      expect: text(leaf.count(100, 599)).optional(),
      json: z.strictObject({ path: text(jsonPath), equals: text(leaf.line) }).optional(),
      fourLetter: z
        .strictObject({
          host: text(host).optional(),
          port: text(leaf.count(1, 65_535)),
          send: text(leaf.line),
          expect: text(leaf.line).optional(),
          atLeast: z
            .strictObject({ name: text(leaf.line), value: text(leaf.count(0, 1_000_000)) })
            .optional(),
        })
        .refine((word) => word.expect !== undefined || word.atLeast !== undefined, {
          error: 'expect or atLeast is needed: what the answer has to say',
        })
        .optional(),
      dns: z
        .strictObject({
          server: text(leaf.ipAddress).optional(),
          port: text(leaf.count(1, 65_535)).optional(),
          name: text(leaf.line),
          type: text(leaf.oneOf('A', 'AAAA', 'TXT')).optional(),
          class: text(leaf.oneOf('IN', 'CH')).optional(),
          expect: text(leaf.line).optional(),
        })
        .optional(),
      unix: text(socketPath).optional(),
      exec: z.array(text(leaf.text)).min(1, { error: 'a command is needed' }).optional(),
      period: text(leaf.positiveDuration).optional(),
      timeout: text(leaf.positiveDuration).optional(),
      failures: text(leaf.count(1, 1_000)).optional(),
      startPeriod: text(leaf.duration).optional(),
    })
    .superRefine((probe, context) => {
      const kinds = KINDS.filter((kind) => Object.hasOwn(probe, kind));
      if (kinds.length !== 1) {
        const found = kinds.length === 0 ? 'none' : kinds.join(' and ');
        context.addIssue({ code: 'custom', message: `one of ${KINDS.join(', ')} is needed; found ${found}` });
      }
      for (const key of ['expect', 'json'] as const) {
        if (Object.hasOwn(probe, key) && kinds[0] !== 'http') {
          context.addIssue({ code: 'custom', path: [key], message: `${key} goes with http only` });
        }
      }
    });
}

export type ProbeText = z.infer<ReturnType<typeof probeSchema>>;

const host = leaf.matching(/^[A-Za-z0-9.:_-]+$/, 'a host name or address');

function url(value: string): leaf.Meaning<string> {
  const good = !leaf.hasControl(value) && /^https?:\/\/[^/\s]/.test(value) && URL.canParse(value);
  return good ? { value } : { expected: 'a URL such as http://127.0.0.1:8080/ping' };
}

/** The kernel takes no longer path for a socket: 108 bytes with the zero at its end. */
const LONGEST_SOCKET_PATH = 107;

function socketPath(value: string): leaf.Meaning<string> {
  if (Buffer.byteLength(value) > LONGEST_SOCKET_PATH)
    return { expected: `a path of at most ${LONGEST_SOCKET_PATH} bytes: a socket can have no longer one` };
  return leaf.absolutePath(value);
}

function jsonPath(value: string): leaf.Meaning<string> {
  return parseJsonPath(value) === null
    ? { expected: "a path of plain members such as $.leader or $['registrar/log/recovered']" }
    : { value };
}
