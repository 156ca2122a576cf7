/** What a scrape finds on this node, out of the report and the loop's state. Pure. */

import { ready } from '../report/reason.js';
import type { Report } from '../report/report.js';
import { type Family, family } from './family.js';

export interface NodeSight {
  readonly report: Report;
  readonly lanes: number;
  readonly pulls: number;
  readonly relistFound: number;
  readonly followers: number;
}

/** A component that is gone is in no report, and so in no family. */
export function nodeFamilies(sight: NodeSight): readonly Family[] {
  const { report } = sight;
  const { components } = report;
  const one = (type: 'gauge' | 'counter', name: string, help: string, value: number | boolean) =>
    family({ name, help, type }, [[{}, value]]);
  return [
    family({ name: 'katod_build_info', help: 'The version of the agent; always 1', type: 'gauge' }, [
      [{ version: report.version }, 1],
    ]),
    family({ name: 'katod_status', help: 'The status of the node, as a label; always 1', type: 'gauge' }, [
      [{ status: report.status }, 1],
    ]),
    family(
      { name: 'katod_component_ready', help: 'Whether the component is current and ready', type: 'gauge' },
      components.map((component) => [{ component: component.name }, ready(component)]),
    ),
    family(
      {
        name: 'katod_component_current',
        help: 'Whether it runs the definition that is wanted',
        type: 'gauge',
      },
      components.map(({ name, current }) => [{ component: name }, current]),
    ),
    family(
      {
        name: 'katod_component_health',
        help: 'The verdict of the probes and the state on the engine, as labels; always 1',
        type: 'gauge',
      },
      components.map(({ name, health, state }) => [{ component: name, health, state }, 1]),
    ),
    family(
      {
        name: 'katod_component_restarts_total',
        help: 'Starts after an exit and restarts by a probe, since the agent began',
        type: 'counter',
      },
      components.map(({ name, restarts }) => [{ component: name }, restarts]),
    ),
    one('gauge', 'katod_store_reachable', 'Whether the store can be read', report.store.reachable),
    one('gauge', 'katod_store_hold', "Whether the store's answer is not followed", report.hold !== null),
    one('gauge', 'katod_engine_reachable', 'Whether the engine answers', report.engine.reachable),
    one('gauge', 'katod_paused', 'Whether the node is paused', report.paused !== false),
    one('gauge', 'katod_lanes_busy', 'Components with an action under way, pulls aside', sight.lanes),
    one('gauge', 'katod_pulls_under_way', 'Images that are being pulled', sight.pulls),
    one('gauge', 'katod_event_followers', 'Clients that follow the events', sight.followers),
    one(
      'counter',
      'katod_relist_found_total',
      'Changes of own containers that a list found and no event had announced',
      sight.relistFound,
    ),
  ];
}
