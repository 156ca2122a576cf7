/** One gRPC channel to one member of etcd: a call with a deadline, and a stream; nothing of what they say. */

import {
  Client,
  type ClientDuplexStream,
  connectivityState,
  Metadata,
  type StatusObject,
} from '@grpc/grpc-js';
import type { CallEnded } from './access.js';
import { type Address, addressOf } from './address.js';
import { dial, openSockets, type Sockets, speaksTls } from './dial.js';
import { callFault, EtcdFault, NO_ANSWER } from './fault.js';
import { readTls, type TlsFiles, type TlsMaterial } from './tls-files.js';
import type { Message } from './wire.js';

export interface ChannelOptions {
  readonly endpoint: string;
  readonly files: TlsFiles;
  /** Of connecting, and of each call: milliseconds. */
  readonly deadline: number;
  /** Gives up connecting. */
  readonly signal: AbortSignal;
  readonly onCall: CallEnded;
}

export interface Call<Given, Read> {
  readonly path: string;
  readonly request: Given;
  readonly encoder: Message<unknown, Given>;
  readonly decoder: Message<Read, never>;
  /** Null: none is sent. */
  readonly token: string | null;
}

export interface StreamListener<Read> {
  readonly answered: (response: Read) => void;
  /** Once, unless cancelled. */
  readonly ended: (fault: EtcdFault) => void;
}

export interface StreamCall<Given> {
  send(request: Given): void;
  cancel(): void;
}

/**
 * etcd closes connections that are pinged more often than each 5 s (its `--grpc-keepalive-min-time`), so 10 s.
 * A connection that carries nothing is noticed 5 to 15 s after it broke.
 */
const GRPC_OPTIONS = {
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

/** TCP, TLS and HTTP/2: that each is answered the dial has just seen. */
const STEPS = 3;

export class EtcdChannel {
  /** Null: plaintext. */
  readonly tls: TlsMaterial | null;
  readonly #options: ChannelOptions;
  readonly #address: Address;
  readonly #sockets: Sockets;
  readonly #client: Client;
  #answered = false;

  private constructor(options: ChannelOptions, address: Address, tls: TlsMaterial | null) {
    this.tls = tls;
    this.#options = options;
    this.#address = address;
    this.#sockets = openSockets({ address, tls });
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    this.#client = new Client(`dns:${host}:${address.port}`, this.#sockets.credentials, GRPC_OPTIONS);
  }

  /** Reads certificates and key anew. Rejects with an `EtcdFault`. */
  static async open(options: ChannelOptions): Promise<EtcdChannel> {
    const address = addressOf(options.endpoint);
    const tls = address.tls ? await readTls(options.files) : null;
    await dial({ address, tls }, options.deadline, options.signal);
    const channel = new EtcdChannel(options, address, tls);
    await channel.#connected();
    return channel;
  }

  /** Rejects with an `EtcdFault`. */
  async call<Given, Read>(call: Call<Given, Read>): Promise<Read> {
    const began = performance.now();
    const ended = (error: unknown): void =>
      this.#options.onCall(call.path.replace(/^.*\//, ''), performance.now() - began, error);
    try {
      const response = await this.#send(call);
      this.#answered = true;
      ended(null);
      return response;
    } catch (error) {
      ended(error);
      throw error instanceof EtcdFault ? await this.#explained(error) : error;
    }
  }

  /** Without a deadline: broken connections end it. */
  stream<Given, Read>(
    { path, encoder, decoder, token }: Omit<Call<Given, Read>, 'request'>,
    { answered, ended }: StreamListener<Read>,
  ): StreamCall<Given> {
    let over = false;
    const metadata = metadataOf(token);
    const stream: ClientDuplexStream<Given, Read> = this.#client.makeBidiStreamRequest(
      path,
      encoder.encode,
      decoder.decode,
      metadata,
    );
    stream.on('data', (response: Read) => {
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

  /** Until gRPC's own connection stands, or has failed: the first call tells why, and its deadline is for itself. */
  #connected(): Promise<void> {
    const channel = this.#client.getChannel();
    const { deadline, signal } = this.#options;
    return new Promise((resolve, reject) => {
      const settle = (fault?: EtcdFault): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        if (fault !== undefined) this.close();
        if (fault === undefined) resolve();
        else reject(fault);
      };
      const abort = (): void => settle(new EtcdFault('away', 'given up'));
      const timer = setTimeout(() => settle(new EtcdFault('away', NO_ANSWER)), STEPS * deadline);
      const look = (): void => {
        const state = channel.getConnectivityState(true);
        if (state !== connectivityState.IDLE && state !== connectivityState.CONNECTING) settle();
        else channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, look);
      };
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
      else look();
    });
  }

  #send<Given, Read>({ path, request, encoder, decoder, token }: Call<Given, Read>): Promise<Read> {
    return new Promise((resolve, reject) => {
      let late = false;
      const call = this.#client.makeUnaryRequest(
        path,
        encoder.encode,
        decoder.decode,
        request,
        metadataOf(token),
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
      }, this.#options.deadline);
    });
  }

  /** Why the very first call was cut off, where that can be told. */
  async #explained(fault: EtcdFault): Promise<EtcdFault> {
    const { deadline, signal } = this.#options;
    if (this.#answered || this.#address.tls || fault.kind !== 'lost' || fault.message === NO_ANSWER)
      return fault;
    if (!(await speaksTls(this.#address, deadline, signal))) return fault;
    return new EtcdFault('away', 'it speaks TLS', { remedy: 'write https:// in etcd.endpoints' });
  }
}

/** A member that is cut off from the others answers with an error instead of with silence. */
function metadataOf(token: string | null): Metadata {
  const metadata = new Metadata();
  metadata.set('hasleader', 'true');
  if (token !== null) metadata.set('token', token);
  return metadata;
}
