/**
 * The messages of etcd's v3 API that this program sends and reads, with the field numbers of etcd's public
 * rpc.proto and kv.proto. What is not used is left out; the wire format skips it.
 */

import {
  bool,
  bytes,
  type Decoded,
  type Encoded,
  embedded,
  enumeration,
  field,
  int64,
  message,
  optional,
  repeated,
  text,
  uint64,
} from './wire.js';

const NONE = new Uint8Array();

const ResponseHeader = message({
  clusterId: field(1, uint64, 0n),
  memberId: field(2, uint64, 0n),
  revision: field(3, int64, 0n),
});

export const KeyValue = message({
  key: field(1, bytes, NONE),
  createRevision: field(2, int64, 0n),
  modRevision: field(3, int64, 0n),
  version: field(4, int64, 0n),
  value: field(5, bytes, NONE),
  lease: field(6, int64, 0n),
});
export type KeyValue = Decoded<typeof KeyValue>;

export const RangeRequest = message({
  key: field(1, bytes, NONE),
  /** Exclusive; absent: the one key. */
  rangeEnd: field(2, bytes, NONE),
  /** 0: the newest. */
  revision: field(4, int64, 0n),
});
export type RangeRequest = Encoded<typeof RangeRequest>;

export const RangeResponse = message({
  header: optional(1, embedded(ResponseHeader)),
  keyValues: repeated(2, embedded(KeyValue)),
  more: field(3, bool, false),
});
export type RangeResponse = Decoded<typeof RangeResponse>;

const PutRequest = message({
  key: field(1, bytes, NONE),
  value: field(2, bytes, NONE),
  lease: field(3, int64, 0n),
});

/** What a comparison looks at, and how. */
export const Target = { version: 0, createRevision: 1, modRevision: 2 } as const;
const Result = { equal: 0, greater: 1, less: 2, notEqual: 3 } as const;

const Compare = message({
  result: field(1, enumeration, Result.equal as number),
  target: field(2, enumeration, Target.version as number),
  key: field(3, bytes, NONE),
  version: optional(4, int64),
  createRevision: optional(5, int64),
  /** 0: the key does not exist. */
  modRevision: optional(6, int64),
});

const DeleteRangeRequest = message({ key: field(1, bytes, NONE) });

const RequestOp = message({
  range: optional(1, embedded(RangeRequest)),
  put: optional(2, embedded(PutRequest)),
  deleteRange: optional(3, embedded(DeleteRangeRequest)),
});

export const TxnRequest = message({
  compare: repeated(1, embedded(Compare)),
  success: repeated(2, embedded(RequestOp)),
});
export type TxnRequest = Encoded<typeof TxnRequest>;

export const TxnResponse = message({
  header: optional(1, embedded(ResponseHeader)),
  succeeded: field(2, bool, false),
});
export type TxnResponse = Decoded<typeof TxnResponse>;

export const AuthenticateRequest = message({
  name: field(1, text, ''),
  password: field(2, text, ''),
});
export type AuthenticateRequest = Encoded<typeof AuthenticateRequest>;

export const AuthenticateResponse = message({ token: field(2, text, '') });
export type AuthenticateResponse = Decoded<typeof AuthenticateResponse>;

export const LeaseGrantRequest = message({
  /** Seconds. */
  ttl: field(1, int64, 0n),
});
export type LeaseGrantRequest = Encoded<typeof LeaseGrantRequest>;

export const LeaseGrantResponse = message({
  header: optional(1, embedded(ResponseHeader)),
  id: field(2, int64, 0n),
  /** Seconds; may be more than was asked for. */
  ttl: field(3, int64, 0n),
});
export type LeaseGrantResponse = Decoded<typeof LeaseGrantResponse>;

export const LeaseRevokeRequest = message({ id: field(1, int64, 0n) });
export const LeaseRevokeResponse = message({ header: optional(1, embedded(ResponseHeader)) });

export const LeaseKeepAliveRequest = message({ id: field(1, int64, 0n) });
export type LeaseKeepAliveRequest = Encoded<typeof LeaseKeepAliveRequest>;

export const LeaseKeepAliveResponse = message({
  header: optional(1, embedded(ResponseHeader)),
  id: field(2, int64, 0n),
  /** Seconds from now; 0 or absent: the lease is gone. */
  ttl: field(3, int64, 0n),
});
export type LeaseKeepAliveResponse = Decoded<typeof LeaseKeepAliveResponse>;

const WatchCreateRequest = message({
  key: field(1, bytes, NONE),
  rangeEnd: field(2, bytes, NONE),
  /** Inclusive. */
  startRevision: field(3, int64, 0n),
});

export const WatchRequest = message({ create: optional(1, embedded(WatchCreateRequest)) });
export type WatchRequest = Encoded<typeof WatchRequest>;

export const EventType = { put: 0, delete: 1 } as const;

export const Event = message({
  type: field(1, enumeration, EventType.put as number),
  keyValue: optional(2, embedded(KeyValue)),
});
export type Event = Decoded<typeof Event>;

export const WatchResponse = message({
  header: optional(1, embedded(ResponseHeader)),
  watchId: field(2, int64, 0n),
  created: field(3, bool, false),
  canceled: field(4, bool, false),
  /** Not 0: what the watch should begin with is compacted away. */
  compactRevision: field(5, int64, 0n),
  cancelReason: field(6, text, ''),
  events: repeated(11, embedded(Event)),
});
export type WatchResponse = Decoded<typeof WatchResponse>;
