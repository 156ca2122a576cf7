/** Stands in for a member of etcd whose watches are of no use, which a true one can't be made to be. */

import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import {
  bool,
  bytes,
  embedded,
  field,
  int64,
  type Message,
  message,
  optional,
  repeated,
} from '../../../src/store/etcd/wire.js';

export interface StandIn {
  readonly endpoint: string;
  /** Changes a key without a word to any watch. */
  set(key: string, value: string): void;
  seen(): { readonly watches: number; readonly hasLeader: boolean };
  close(): Promise<void>;
}

export interface StandInOptions {
  /** Confirms watches. */
  readonly created: boolean;
  /** Cancels each watch once it is created. */
  readonly cancels: boolean;
}

const NONE = new Uint8Array();
const Header = message({ revision: field(3, int64, 0n) });
const KeyValue = message({ key: field(1, bytes, NONE), value: field(5, bytes, NONE) });
const Range = message({ key: field(1, bytes, NONE), rangeEnd: field(2, bytes, NONE) });
const RangeAnswer = message({
  header: optional(1, embedded(Header)),
  keyValues: repeated(2, embedded(KeyValue)),
});
const Watch = message({});
const WatchAnswer = message({
  header: optional(1, embedded(Header)),
  created: field(3, bool, false),
  canceled: field(4, bool, false),
});

export async function startStandIn({ created, cancels }: StandInOptions): Promise<StandIn> {
  const keys = new Map<string, string>();
  let revision = 1n;
  let watches = 0;
  let hasLeader = true;
  const look = (metadata: Metadata): void => {
    if (metadata.get('hasleader')[0] !== 'true') hasLeader = false;
  };

  const server = new Server();
  server.addService(
    {
      range: {
        ...method(Range, RangeAnswer),
        path: '/etcdserverpb.KV/Range',
        responseStream: false,
        requestStream: false,
      },
      watch: {
        ...method(Watch, WatchAnswer),
        path: '/etcdserverpb.Watch/Watch',
        responseStream: true,
        requestStream: true,
      },
    },
    {
      range: (
        { request, metadata }: ServerUnaryCall<Read<typeof Range>, unknown>,
        answer: (error: null, value: unknown) => void,
      ) => {
        look(metadata);
        const [from, to] = [text(request.key), text(request.rangeEnd)];
        const found = [...keys].filter(([key]) => key >= from && key < to);
        answer(null, {
          header: { revision },
          keyValues: found.map(([key, value]) => ({ key: Buffer.from(key), value: Buffer.from(value) })),
        });
      },
      watch: (stream: ServerDuplexStream<unknown, unknown>) => {
        look(stream.metadata);
        watches += 1;
        stream.on('data', () => {
          if (created) stream.write({ header: { revision }, created: true });
          if (cancels) stream.write({ header: { revision }, canceled: true });
        });
        stream.on('end', () => stream.end());
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    set: (key, value) => {
      keys.set(key, value);
      revision += 1n;
    },
    seen: () => ({ watches, hasLeader }),
    close: async () => server.forceShutdown(),
  };
}

type Read<M> = M extends Message<infer T, infer _> ? T : never;

function method<R, RG, A, AG>(request: Message<R, RG>, answer: Message<A, AG>) {
  return {
    requestSerialize: (value: RG) => request.encode(value),
    requestDeserialize: (encoded: Buffer) => request.decode(encoded),
    responseSerialize: (value: AG) => answer.encode(value),
    responseDeserialize: (encoded: Buffer) => answer.decode(encoded),
  };
}

function text(of: Uint8Array): string {
  return Buffer.from(of).toString('utf8');
}
