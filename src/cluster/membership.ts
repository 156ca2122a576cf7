/**
 * Whether an ensemble may be changed by one member now. Pure. Two changes at once, or one while a member is down, could
 * leave no majority that has all the data: so each waits until the one before has settled on every member that lives.
 */
import { type Ensemble, numberOf, quorumOf, withMember, withoutMember } from '../desired/ensemble.js';

/** What the store knows of one node with regard to the component. */
export interface Sight {
  readonly node: string;
  /** Whether there is a member key. */
  readonly known: boolean;
  /** Null: its agent is dead, or has not told anything since the ensemble was last changed. */
  readonly told: {
    /** Null: the component is not among those of its roles. */
    readonly component: { readonly state: string; readonly health: string; readonly current: boolean } | null;
  } | null;
  /** Whether its agent lives. */
  readonly alive: boolean;
  /** Whether it has told the others that a definition of the component works there: `rolls/`. */
  readonly proven: boolean;
}

export interface Change {
  readonly component: string;
  readonly kind: 'add' | 'remove';
  readonly node: string;
  readonly ensemble: Ensemble;
  readonly sightOf: (node: string) => Sight;
  /** Whether a new member starts once the others run with the quorum that counts it: `disruption.joins: last`. */
  readonly joinsLast: boolean;
  /** By somebody who knows better: only what makes no sense at all is refused then. */
  readonly force: boolean;
}

export type Judgement =
  /** `notes`: sentences on what it means. */
  | { readonly ok: true; readonly after: Ensemble; readonly notes: readonly string[] }
  | { readonly ok: false; readonly why: string };

export function judge(change: Change): Judgement {
  return change.kind === 'add' ? judgeAdd(change) : judgeRemove(change);
}

/** Running, ready, and made of what is wanted now. */
export function carries({ told }: Sight): boolean {
  const component = told?.component;
  return component?.state === 'running' && component.health === 'ready' && component.current;
}

function judgeAdd({ component, node, ensemble, sightOf, joinsLast, force }: Change): Judgement {
  const number = numberOf(ensemble, node);
  if (number !== null) return refuse(`${node} is member ${number} of ensemble ${component} already`);
  const sight = sightOf(node);
  if (!sight.known) return refuse(`no node ${node} is known: start its agent first, and see katod nodes`);
  const after = withMember(ensemble, node);
  if (after === null) return refuse(`ensemble ${component} has as many members as there are numbers`);
  if (!force) {
    const quorum = quorumOf(after.length);
    if (joinsLast && quorum > ensemble.length) return refuse(whyNoQuorum(component, ensemble, quorum));
    if (!sight.alive)
      return refuse(`the agent of ${node} does not live: a member that is away only weakens it`);
    if (sight.told?.component == null)
      return refuse(
        `${node} does not have ${component} by its roles: give it the role first, katod role ${node} ROLE`,
      );
    const unready = ensemble.find((member) => !carries(sightOf(member.node)));
    if (unready !== undefined)
      return refuse(
        `${whyUnready(component, sightOf(unready.node))}: a member is added when all others are ready`,
      );
    // The new one waits for those that have told: one that has not would be passed over.
    const unproven = joinsLast ? ensemble.find((member) => !sightOf(member.node).proven) : undefined;
    if (unproven !== undefined)
      return refuse(`${component} of ${unproven.node} has not been ready for 10 s yet: try again then`);
  }
  return { ok: true, after, notes: spareNotes(after) };
}

function judgeRemove({ component, node, ensemble, sightOf, force }: Change): Judgement {
  if (numberOf(ensemble, node) === null) return refuse(`${node} is no member of ensemble ${component}`);
  const after = withoutMember(ensemble, node);
  if (after === null)
    return refuse(`${node} is the last member of ensemble ${component}, and an ensemble has one at least`);
  if (!force) {
    const { alive, told } = sightOf(node);
    if (alive && (told === null || (told.component !== null && told.component.state !== 'missing')))
      return refuse(
        `${node} runs ${component}, or has not told yet that it does not: take its role away first, katod role ${node} none`,
      );
    const unready = after.find((member) => sightOf(member.node).alive && !carries(sightOf(member.node)));
    if (unready !== undefined)
      return refuse(
        `${whyUnready(component, sightOf(unready.node))}: a member is removed when the others are ready`,
      );
    const ready = after.filter((member) => carries(sightOf(member.node))).length;
    const quorum = quorumOf(ensemble.length);
    if (ready < quorum)
      return refuse(
        `only ${ready} of the other members are ready, and ${quorum} are the quorum of ${ensemble.length}: what is left may not have all the data`,
      );
  }
  return { ok: true, after, notes: spareNotes(after) };
}

/** Apache Mesos' `src/log/recover.cpp`, case 3: beside one replica with data an empty one stays empty for ever. */
function whyNoQuorum(component: string, ensemble: Ensemble, quorum: number): string {
  const nodes = ensemble.map(({ node }) => node).join(', ');
  return (
    `a new ${component} takes over its data from a quorum, which would be ${quorum}, and ${ensemble.length} has it: ` +
    `neither would ever be ready. To have more of them, start anew without the data: katod role ${nodes} none, ` +
    `docker volume rm its volume there, put all members into cluster/ensembles/${component}, and give the role back`
  );
}

function whyUnready(component: string, { node, alive, told }: Sight): string {
  if (!alive) return `the agent of member ${node} does not live`;
  if (told === null) return `member ${node} has not told how it is since the ensemble was last changed`;
  if (told.component === null) return `member ${node} does not have ${component} by its roles`;
  const { state, health, current } = told.component;
  return `${component} of member ${node} is ${state}, ${health}${current ? '' : ', and not yet as wanted'}`;
}

function spareNotes(after: Ensemble): readonly string[] {
  const size = after.length;
  if (size === 2) return ['two members have no spare: both are needed; add a third when this one is ready'];
  if (size % 2 === 0)
    return [`${size} members can lose no more than ${size - 1} can: add or remove one when this is done`];
  return [];
}

function refuse(why: string): Judgement {
  return { ok: false, why };
}
