/** What settings that are each right by themselves can have wrong together. */
import type { Problem } from '../desired/desired.js';
import { type SettingName, table, type Values } from './table.js';

/** @param placeOf where a setting was given; undefined: nowhere. A setting that could not be read is not judged. */
export function disagreements(
  values: Partial<Values>,
  placeOf: (name: SettingName) => string | undefined,
): readonly Problem[] {
  const problems: Problem[] = [];
  const { pullMin, pullMax } = values;
  if (pullMin !== undefined && pullMax !== undefined && pullMin > pullMax) {
    problems.push({
      place: placeOf('pullMin') ?? placeOf('pullMax') ?? 'limits',
      message: '`limits.pullMin` is longer than `limits.pullMax`: make it shorter, or the other longer',
    });
  }
  const together = (one: SettingName, other: SettingName): void => {
    const [given, missing] = values[one] ? [one, other] : [other, one];
    const place = placeOf(given);
    if (place === undefined || !values[given] || values[missing] !== null) return;
    problems.push({
      place,
      message: `\`${table[given].key}\` is set without \`${table[missing].key}\`: set both, or neither`,
    });
  };
  together('etcdCert', 'etcdKey');
  together('etcdUsername', 'etcdPasswordFile');

  const plain = values.etcdEndpoints?.every((endpoint) => endpoint.startsWith('http:'));
  for (const name of ['etcdCa', 'etcdCert'] as const) {
    const place = placeOf(name);
    if (!plain || !values[name] || place === undefined) continue;
    problems.push({
      place,
      message: `\`${table[name].key}\` is set, but no endpoint in \`etcd.endpoints\` asks for TLS: write https://`,
    });
  }
  return problems;
}
