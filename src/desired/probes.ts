/** The probes of a definition with their defaults filled in. */
import type { DefinitionText } from '../catalog/definition.js';
import type { ProbeText } from '../catalog/probe-schema.js';
import type { Probe, ProbeCheck, ProbeSet } from '../probe/probe.js';

type Timing = Pick<Probe, 'period' | 'timeout' | 'failures' | 'startPeriod'>;

const LIVE: Timing = { period: 10_000, timeout: 3_000, failures: 6, startPeriod: 60_000 };
const READY: Timing = { period: 5_000, timeout: 3_000, failures: 2, startPeriod: 0 };

export function probesOf({ live, ready, lead }: NonNullable<DefinitionText['probes']>): ProbeSet {
  return {
    ...(live && { live: probeOf(live, LIVE) }),
    ...(ready && { ready: probeOf(ready, READY) }),
    ...(lead && { lead: probeOf(lead, READY) }),
  };
}

/** A probe of another node, with the defaults of a ready probe. */
export function peerProbeOf(text: ProbeText): Probe {
  return probeOf(text, READY);
}

function probeOf(text: ProbeText, timing: Timing): Probe {
  return {
    check: checkOf(text),
    period: text.period ?? timing.period,
    timeout: text.timeout ?? timing.timeout,
    failures: text.failures ?? timing.failures,
    startPeriod: text.startPeriod ?? timing.startPeriod,
  };
}

function checkOf({ tcp, http, expect, json, fourLetter, dns, unix, exec }: ProbeText): ProbeCheck {
  if (tcp !== undefined) return { kind: 'tcp', ...tcp };
  if (http !== undefined) return { kind: 'http', url: http, expect: expect ?? 200, ...(json && { json }) };
  if (fourLetter !== undefined) {
    const { host = '127.0.0.1', port, send, expect, atLeast } = fourLetter;
    return {
      kind: 'fourLetter',
      host,
      port,
      send,
      expect: expect ?? atLeast?.name ?? '',
      ...(atLeast && { atLeast }),
    };
  }
  if (unix !== undefined) return { kind: 'unix', path: unix };
  if (exec !== undefined) return { kind: 'exec', command: exec };
  if (dns === undefined) throw new TypeError('a probe without a kind passed the schema');
  return {
    kind: 'dns',
    server: dns.server ?? '127.0.0.1',
    port: dns.port ?? 53,
    name: dns.name,
    type: dns.type ?? 'A',
    class: dns.class ?? 'IN',
    expect: dns.expect ?? null,
  };
}
