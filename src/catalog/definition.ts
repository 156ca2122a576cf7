/** The schema of a component's definition; the contract's section 6. To add a key, add it here and use it in src/desired. */
import * as z from 'zod';
import { disruptionSchema } from './disruption-schema.js';
import * as leaf from './leaf.js';
import { probesSchema } from './probe-schema.js';

/** What a definition says after rendering. */
export type DefinitionText = z.infer<ReturnType<typeof definitionSchema>>;

/** @param rendered false: texts that hold a template are let through, and the output is not to be used. */
export function definitionSchema(rendered: boolean) {
  const text = leaf.leafFor(rendered);
  const flag = text(leaf.boolean).optional();
  return z.strictObject({
    name: text(leaf.name),
    description: text(leaf.line),
    untested: z
      .string()
      .regex(/^(true|false)$/, { error: 'expected true or false' })
      .optional(),
    image: text(leaf.line).optional(),
    pull: text(leaf.oneOf('missing', 'always')).optional(),
    command: z.array(text(leaf.text)).optional(),
    entrypoint: z.array(text(leaf.text)).optional(),
    user: text(user).optional(),
    workingDir: text(leaf.absolutePath).optional(),
    hostname: text(hostName).optional(),
    init: flag,
    env: z.record(word(/^[A-Za-z_][A-Za-z0-9_.-]*$/, 'a variable'), text(leaf.text)).optional(),
    network: text(network).optional(),
    ports: z.array(text(leaf.port)).optional(),
    volumes: z.record(volumeName, text(leaf.absolutePath)).optional(),
    volumeDrivers: z
      .record(
        volumeName,
        z.strictObject({
          driver: text(leaf.line),
          options: z.record(word(/^[a-z][a-z0-9_.-]*$/, 'an option'), text(leaf.line)).optional(),
        }),
      )
      .optional(),
    ensembleId: z
      .strictObject({ volume: volumeName, file: word(/^[A-Za-z0-9._-]{1,100}$/, 'a file') })
      .optional(),
    mounts: z
      .array(
        z.strictObject({ source: text(leaf.absolutePath), target: text(leaf.absolutePath), readOnly: flag }),
      )
      .optional(),
    files: z.array(fileSchema(text)).optional(),
    memory: text(leaf.size).optional(),
    cpus: text(leaf.fraction).optional(),
    ulimits: z.record(word(/^[a-z]{1,20}$/, 'a limit'), text(ulimit)).optional(),
    sysctls: z.record(word(/^[a-z0-9_.-]{1,100}$/, 'a sysctl'), text(leaf.line)).optional(),
    capAdd: z.array(text(capability)).optional(),
    capDrop: z.array(text(capability)).optional(),
    privileged: flag,
    pid: text(leaf.oneOf('host')).optional(),
    devices: z.array(text(device)).optional(),
    tmpfs: z.record(word(/^\/[^:]+$/, 'a path'), text(leaf.text)).optional(),
    shmSize: text(leaf.size).optional(),
    readOnly: flag,
    extraHosts: z.array(text(extraHost)).optional(),
    dns: z.array(text(leaf.ipAddress)).optional(),
    labels: z.record(word(LABEL, 'a label (io.katod. is kept for katod)'), text(leaf.text)).optional(),
    logging: z
      .strictObject({
        driver: text(leaf.line),
        options: z.record(word(/^[a-z][a-z0-9_.-]*$/, 'an option'), text(leaf.line)).optional(),
      })
      .optional(),
    stop: z
      .strictObject({ signal: text(signal).optional(), timeout: text(leaf.duration).optional() })
      .optional(),
    restart: restartSchema(text).optional(),
    after: z.array(text(leaf.name)).optional(),
    probes: probesSchema(text).optional(),
    disruption: disruptionSchema(text).optional(),
    when: text(leaf.text).optional(),
  });
}

function fileSchema(text: leaf.Leaf) {
  return z
    .strictObject({
      target: text(leaf.absolutePath),
      template: word(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a template').optional(),
      content: text(leaf.text).optional(),
      validate: z.array(text(leaf.text)).min(1, { error: 'a command is needed' }).optional(),
      onChange: z
        .union([text(leaf.oneOf('recreate', 'restart', 'none')), z.strictObject({ signal: text(signal) })], {
          error: 'expected recreate, restart, none, or a signal such as { signal: SIGHUP }',
        })
        .optional(),
    })
    .refine((file) => (file.template === undefined) !== (file.content === undefined), {
      error: 'either template or content is needed',
    });
}

function restartSchema(text: leaf.Leaf) {
  const codes = z.array(text(leaf.count(0, 255))).optional();
  return z.strictObject({
    policy: text(leaf.oneOf('always', 'on-failure')).optional(),
    min: text(leaf.positiveDuration).optional(),
    max: text(leaf.positiveDuration).optional(),
    reset: text(leaf.positiveDuration).optional(),
    cleanExits: codes,
    finalExits: codes,
  });
}

const LABEL = /^(?!io\.katod\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/;

/** A key or a file's name: never a template. */
function word(pattern: RegExp, what: string) {
  return z.string().regex(pattern, { error: `not a name of ${what}` });
}

const volumeName = word(/^[a-z0-9][a-z0-9_.-]{0,62}$/, 'a volume');
const user = leaf.matching(
  /^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/,
  'a user, or user:group',
);
const hostName = leaf.matching(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/, 'a host name');
const network = leaf.matching(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'host, bridge, none, or the name of a network');
const capability = leaf.matching(/^[A-Z][A-Z_]*$/, 'a capability such as NET_ADMIN');
const signal = leaf.matching(/^(SIG[A-Z0-9+-]+|\d{1,2})$/, 'a signal such as SIGTERM');
const extraHost = leaf.matching(/^[A-Za-z0-9.-]+:[0-9A-Za-z.:-]+$/, 'name:address');

function device(value: string): leaf.Meaning<{ source: string; target: string; permissions: string }> {
  const [, source, target, permissions] = /^(\/[^:]+)(?::(\/[^:]+))?(?::([rwm]{1,3}))?$/.exec(value) ?? [];
  if (source === undefined || leaf.hasControl(value))
    return { expected: 'a device such as /dev/kmsg or /dev/sda:/dev/xvda:rwm' };
  return { value: { source, target: target ?? source, permissions: permissions ?? 'rwm' } };
}

/** `65536`, `1024:65536`; -1 is unlimited. */
function ulimit(value: string): leaf.Meaning<{ soft: number; hard: number }> {
  const [, soft, hard] = /^(-1|\d{1,15})(?::(-1|\d{1,15}))?$/.exec(value) ?? [];
  if (soft === undefined) return { expected: 'a limit such as 65536, or soft:hard' };
  return { value: { soft: Number(soft), hard: Number(hard ?? soft) } };
}
