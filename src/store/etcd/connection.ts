/**
 * One channel to one member of etcd: calls with a deadline, and the watch stream. It is not mended when it fails:
 * whoever holds it closes it and opens another, to this member or the next.
 */

import { Client, type ClientDuplexStream, Metadata, type StatusObject } from '@grpc/grpc-js';
import { addressOf, dial, openSockets, type Sockets } from './dial.js';
import { callFault, EtcdFault, NO_ANSWER } from './fault.js';
import {
  RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
  WatchRequest,
  WatchResponse,
} from './messages.js';
import type { Message } from './wire.js';

export interface Dialing {
  readonly endpoint: string;
  /** Of connecting, and of each call: milliseconds. */
  readonly deadline: number;
  /** Gives up connecting. */
  readonly signal: AbortSignal;
}

export interface WatchListener {
  readonly answered: (response: WatchResponse) => void;
  /** Once, unless cancelled. */
  readonly ended: (fault: EtcdFault) => void;
}

export interface WatchCall {
  send(request: WatchRequest): void;
  cancel(): void;
}

/**
 * etcd closes connections that are pinged more often than each 5 s (its `--grpc-keepalive-min-time`), so 10 s.
 * A connection that carries nothing is noticed 5 to 15 s after it broke.
 */
const CHANNEL_OPTIONS = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
  // A node's keys may be more than gRPC's default of 4 MB.
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  // No request is sent twice behind our back, and no connection outlives ours in a shared pool.
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 500,
  'grpc.max_reconnect_backoff_ms': 3_000,
  // A proxy for the web, set for the whole host, is no way to the store.
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_channelz': 0,
};

export class EtcdConnection {
  readonly #client: Client;
  readonly #sockets: Sockets;
  readonly #deadline: number;

  private constructor(client: Client, sockets: Sockets, deadline: number) {
    this.#client = client;
    this.#sockets = sockets;
    this.#deadline = deadline;
  }

  /** Rejects with an `EtcdFault`. */
  static async open({ endpoint, deadline, signal }: Dialing): Promise<EtcdConnection> {
    const address = addressOf(endpoint);
    await dial(address, deadline, signal);
    const sockets = openSockets();
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    const client = new Client(`dns:${host}:${address.port}`, sockets.credentials, CHANNEL_OPTIONS);
    return new EtcdConnection(client, sockets, deadline);
  }

  range(request: RangeRequest): Promise<RangeResponse> {
    return this.#call('/etcdserverpb.KV/Range', { request, encoder: RangeRequest, decoder: RangeResponse });
  }

  /** Sent once. A fault of kind `lost` leaves open whether it was carried out. */
  txn(request: TxnRequest): Promise<TxnResponse> {
    return this.#call('/etcdserverpb.KV/Txn', { request, encoder: TxnRequest, decoder: TxnResponse });
  }

  /** A stream for any number of watches; without a deadline, broken connections end it. */
  watch({ answered, ended }: WatchListener): WatchCall {
    let over = false;
    const stream: ClientDuplexStream<WatchRequest, WatchResponse> = this.#client.makeBidiStreamRequest(
      '/etcdserverpb.Watch/Watch',
      WatchRequest.encode,
      WatchResponse.decode,
      withLeader(),
    );
    stream.on('data', (response: WatchResponse) => {
      if (!over) answered(response);
    });
    // Every end has a status, and the status says what the error says.
    stream.on('error', () => undefined);
    stream.on('status', (status: StatusObject) => {
      if (over) return;
      over = true;
      ended(callFault(status));
    });
    return {
      send: (request) => {
        stream.write(request);
      },
      cancel: () => {
        over = true;
        stream.cancel();
      },
    };
  }

  /** At once; calls under way reject. */
  close(): void {
    this.#client.close();
    this.#sockets.destroy();
  }

  #call<Given, Read>(path: string, { request, encoder, decoder }: Call<Given, Read>): Promise<Read> {
    return new Promise((resolve, reject) => {
      let late = false;
      const call = this.#client.makeUnaryRequest(
        path,
        encoder.encode,
        decoder.decode,
        request,
        withLeader(),
        (error, response) => {
          clearTimeout(timer);
          if (late) reject(new EtcdFault('lost', NO_ANSWER));
          else if (error !== null) reject(callFault(error));
          else if (response === undefined) reject(new EtcdFault('lost', 'the answer was empty'));
          else resolve(response);
        },
      );
      // Not gRPC's own deadline, which is a time of day and moves when the clock is set.
      const timer = setTimeout(() => {
        late = true;
        call.cancel();
      }, this.#deadline);
    });
  }
}

interface Call<Given, Read> {
  readonly request: Given;
  readonly encoder: Message<unknown, Given>;
  readonly decoder: Message<Read, never>;
}

/** A member that is cut off from the others answers with an error instead of with silence. */
function withLeader(): Metadata {
  const metadata = new Metadata();
  metadata.set('hasleader', 'true');
  return metadata;
}
