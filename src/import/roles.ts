/** The role of the node that an old file is for: by its switches, or by the list of masters. */
import { itemsOf } from './hosts.js';
import { type Given, type Outcome, problem, putAt, remark } from './rule.js';

/** @param asked what the operator says, which wins; null: nothing. */
export type RoleRule = (given: Given, asked: readonly string[] | null) => Outcome;

/** Both were true where nothing was said. */
export const panterasRole: RoleRule = ({ node, values }, asked) => {
  if (asked !== null) return roleLine(node, asked);
  const on = { master: isOn(values, 'MASTER'), slave: isOn(values, 'SLAVE') };
  const alone = itemsOf(values.get('ZOOKEEPER_HOSTS')).length < 2;
  if (on.master && on.slave) return roleLine(node, alone ? ['standalone'] : ['master', 'slave']);
  return roleLine(node, [...(on.master ? ['master'] : []), ...(on.slave ? ['slave'] : [])]);
};

/** By `MASTERS`, as `Toots.sh` told; what its menu asked for is the operator's to say. */
export const tootsRole: RoleRule = (given, asked) => {
  const { node, address, values } = given;
  const masters = itemsOf(values.get('MASTERS'));
  const isMaster = address !== null && masters.includes(address);
  if (asked !== null) {
    if (masters.length > 0 && address !== null && asked.includes('master') !== isMaster)
      return problem(
        `${address} is ${isMaster ? '' : 'not '}among MASTERS, so role master is ${isMaster ? 'missing' : 'too much'}: mend the list, the roles, or --address`,
      );
    return roleLine(node, asked);
  }
  if (['MASTER', 'SLAVE', 'EDGE'].some((key) => values.has(key)))
    return roleLine(
      node,
      ['master', 'slave', 'edge'].filter((role) => isOn(values, role.toUpperCase())),
    );
  if (isMaster) return roleLine(node, ['master']);
  return remark(
    `no role for ${node}: its address ${address ?? 'is not known, and'} is not among MASTERS; say --roles slave, edge, or slave,edge`,
  );
};

function isOn(values: ReadonlyMap<string, string>, key: string): boolean {
  return (values.get(key) ?? 'true') === 'true';
}

function roleLine(node: string, roles: readonly string[]): Outcome {
  if (roles.length === 0)
    return problem('MASTER and SLAVE are both false, so there is no role: say one by --roles');
  if (roles.includes('edge') && roles.includes('master') && !roles.includes('slave'))
    return problem('a master that is an edge is a slave too: say --roles master,slave,edge, or master');
  return putAt(`nodes/${node}/role`, roles.join(','));
}
