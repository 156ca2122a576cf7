/** All commands. Each one's file is loaded when it is called, so that none pays for what another needs. */
import { settingNames } from '../settings/table.js';
import { type Command, json } from './command.js';

const STORE = [
  'store',
  'etcdEndpoints',
  'etcdPrefix',
  'etcdCa',
  'etcdCert',
  'etcdKey',
  'etcdUsername',
  'etcdPasswordFile',
] as const;
const cluster = { name: 'cluster', help: 'for every node of the cluster' };
const watch = { name: 'watch', help: 'draw anew each second, until Ctrl-C' };

export const commands: readonly Command[] = [
  {
    name: 'agent',
    takes: '',
    summary: 'run the agent of this node, until it is told to end',
    settings: settingNames,
    switches: [],
    examples: [
      ['$0 agent --node web-1 --etcd http://10.0.0.2:2379', 'as node web-1, with the role that etcd has'],
    ],
    run: async (invocation) => (await import('./start-agent.js')).startAgent(invocation),
  },
  {
    name: 'plan',
    takes: '',
    summary: 'show what the next pass would do here, and why',
    settings: settingNames,
    switches: [json],
    examples: [['$0 plan', 'exit code 3 when there are changes']],
    run: async (invocation) => (await import('./plan.js')).plan(invocation),
  },
  {
    name: 'status',
    takes: '',
    summary: 'show how this node and its components are',
    settings: ['listen'],
    switches: [json, watch],
    examples: [
      ['$0 status', 'exit code 3 when the node is not healthy'],
      ['$0 status --watch', 'follow it'],
    ],
    run: async (invocation) => (await import('./status.js')).status(invocation),
  },
  {
    name: 'role',
    takes: '<node> [roles]',
    summary: 'show or set the roles of a node in the store',
    settings: [...STORE, 'catalog', 'stack'],
    switches: [json],
    examples: [
      ['$0 role web-1', 'show it'],
      ['$0 role web-1 master,edge', 'set two roles'],
      ['$0 role web-1 none', 'stop and remove its components; volumes stay'],
    ],
    run: async (invocation) => (await import('./role.js')).role(invocation),
  },
  {
    name: 'pause',
    takes: '',
    summary: 'create, replace and remove nothing on this node; what ends is started',
    settings: [...STORE, 'node'],
    switches: [json, cluster, { name: 'all', help: 'hands off, also from what ends' }],
    examples: [
      ['$0 pause', 'before working on this node'],
      ['$0 pause --cluster --all', 'hands off everywhere'],
    ],
    run: async (invocation) => (await import('./pause.js')).pause(invocation),
  },
  {
    name: 'resume',
    takes: '',
    summary: 'end a pause',
    settings: [...STORE, 'node'],
    switches: [json, cluster],
    examples: [['$0 resume', 'this node follows its role again']],
    run: async (invocation) => (await import('./pause.js')).resume(invocation),
  },
  {
    name: 'nodes',
    takes: '',
    summary: 'show every node that the store knows, and how it is',
    settings: [...STORE, 'node'],
    switches: [json],
    examples: [['$0 nodes', 'away: no agent of the node lives']],
    run: async (invocation) => (await import('./nodes.js')).nodes(invocation),
  },
  {
    name: 'forget',
    takes: '<node>',
    summary: 'forget a node that is gone for good',
    settings: [...STORE, 'node'],
    switches: [json],
    examples: [['$0 forget web-3', 'after its host is no more']],
    run: async (invocation) => (await import('./forget.js')).forget(invocation),
  },
  {
    name: 'trust-store',
    takes: '',
    summary: 'say that the store is right as it is now, and end a hold',
    settings: [...STORE, 'node', 'stateDir'],
    switches: [json, cluster],
    examples: [
      ['$0 trust-store', 'on this node, as root'],
      ['$0 trust-store --cluster', 'on every node'],
    ],
    run: async (invocation) => (await import('./trust-store.js')).trustStore(invocation),
  },
  {
    name: 'roles',
    takes: '',
    summary: 'show which role has which components, with those of the store',
    settings: [...STORE, 'node', 'catalog', 'stack'],
    switches: [json],
    examples: [['$0 roles', 'of the stack of the cluster']],
    run: async (invocation) => (await import('./roles.js')).roles(invocation),
  },
  {
    name: 'render',
    takes: '<component>',
    summary: "show a component's definition after rendering, with its files",
    settings: settingNames,
    switches: [json],
    examples: [['$0 render haproxy', 'as it would run on this node; secrets are shown as ***']],
    run: async (invocation) => (await import('./render.js')).render(invocation),
  },
  {
    name: 'validate',
    takes: '[path..]',
    summary: 'check the catalog, or the given files and folders',
    settings: ['catalog'],
    switches: [json],
    examples: [
      ['$0 validate', 'the whole catalog'],
      ['$0 validate config/components/web.yaml', 'one definition'],
      ['$0 validate haproxy.yaml', 'what is to be put at cluster/components/haproxy'],
    ],
    run: async (invocation) => (await import('./validate.js')).validate(invocation),
  },
  {
    name: 'healthcheck',
    takes: '',
    summary: 'ask the agent whether all is ready: exit code 0 or 1',
    settings: ['listen'],
    switches: [json],
    examples: [['$0 healthcheck', 'for scripts and container engines']],
    run: async (invocation) => (await import('./healthcheck.js')).healthcheck(invocation),
  },
  {
    name: 'help',
    takes: '[command]',
    summary: 'explain a command, with an example',
    settings: [],
    switches: [],
    examples: [['$0 help status', 'explain the command status']],
    run: async () => {
      throw new Error('help is answered before commands are run');
    },
  },
];
