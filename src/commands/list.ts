/** All commands. Each one's file is loaded when it is called, so that none pays for what another needs. */
import { settingNames } from '../settings/table.js';
import { type Command, json } from './command.js';

const STORE = ['store', 'etcdEndpoints', 'etcdPrefix'] as const;
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
    name: 'roles',
    takes: '',
    summary: 'show which role has which components',
    settings: ['catalog', 'stack'],
    switches: [json],
    examples: [['$0 roles --stack core', 'of the stack core']],
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
