/** The last good state of the store's values, which is kept on disk: its type, and how it is read back. */
import * as z from 'zod';
import { isName, isParameterName } from '../catalog/name.js';
import type { Assignment } from './assignment.js';
import type { Ensembles, KnownMembers } from './members.js';
import { PAUSES, type PauseWord } from './pause.js';
import type { AcceptedOverlays, AcceptedRoles } from './store-definitions.js';

export type Parameters = Readonly<Record<string, string>>;

export interface Accepted {
  /** Of this form; raised when an older program must not read it. */
  readonly version: 2;
  readonly revision: string;
  /** Null: this node never had a role. */
  readonly assignment: Assignment | null;
  readonly params: { readonly cluster: Parameters; readonly node: Parameters };
  /** Definitions of the store, by component. */
  readonly components: AcceptedOverlays;
  /** Roles of the store, with their components. */
  readonly roles: AcceptedRoles;
  /** By component, the last good ones. */
  readonly ensembles: Ensembles;
  /** Null until they have been read: only those read them whose components need them. */
  readonly members: KnownMembers | null;
  readonly paused: { readonly cluster: PauseWord; readonly node: PauseWord };
  /** While the role is none, what is to go goes whatever the other nodes say. */
  readonly forced: boolean;
  /** Null until `cluster/id` has been seen. */
  readonly clusterId: string | null;
  /** etcd's own id of its cluster; null of a file. */
  readonly storeId: string | null;
  /** Words of `cluster/trust` seen so far, the latest last: each counts once. */
  readonly trusted: readonly string[];
}

export const NOTHING_ACCEPTED: Accepted = {
  version: 2,
  revision: '',
  assignment: null,
  params: { cluster: {}, node: {} },
  components: {},
  roles: {},
  ensembles: {},
  members: null,
  paused: { cluster: 'false', node: 'false' },
  forced: false,
  clusterId: null,
  storeId: null,
  trusted: [],
};

const nameSchema = z.string().refine(isName);
const parametersSchema = z.record(z.string().refine(isParameterName), z.string());

const common = {
  revision: z.string(),
  assignment: z.strictObject({ stack: nameSchema, roles: z.array(nameSchema) }).nullable(),
  params: z.strictObject({ cluster: parametersSchema, node: parametersSchema }),
  paused: z.strictObject({ cluster: z.enum(PAUSES), node: z.enum(PAUSES) }),
  forced: z.boolean().default(false),
  clusterId: z.string().nullable(),
  storeId: z.string().nullable(),
  trusted: z.array(z.string()),
};

const membersSchema = z.record(
  nameSchema,
  z.strictObject({
    name: nameSchema,
    address: z.string(),
    hostname: z.string(),
    roles: z.array(z.string()),
  }),
);
const ensemblesSchema = z.record(
  nameSchema,
  z.array(z.strictObject({ number: z.int().positive(), node: nameSchema })).min(1),
);

const acceptedSchema = z.strictObject({
  ...common,
  version: z.literal(2),
  components: z.record(
    nameSchema,
    z.strictObject({ text: z.string(), good: z.boolean(), older: z.string().nullable() }),
  ),
  roles: z.record(nameSchema, z.array(nameSchema)),
  ensembles: ensemblesSchema.default({}),
  members: membersSchema.nullable().default(null),
});

/** Before definitions and roles of the store were read. */
const versionOne = z
  .strictObject({ ...common, version: z.literal(1) })
  .transform(
    (old): Accepted => ({ ...old, version: 2, components: {}, roles: {}, ensembles: {}, members: null }),
  );

/** What was read back from disk, or null where it is no state that this version understands. */
export function parseAccepted(value: unknown): Accepted | null {
  const result = z.union([acceptedSchema, versionOne]).safeParse(value);
  return result.success ? result.data : null;
}
