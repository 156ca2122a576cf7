/**
 * One connection to one member of etcd, as the user that was set: the calls of its API. It is not mended when it
 * fails: whoever holds it closes it and opens another, to this member or the next.
 */

import type { Access } from './access.js';
import { type Call, EtcdChannel, type StreamCall, type StreamListener } from './channel.js';
import { mayNotRead, mayNotWrite, needsUser, whoAsks } from './denied.js';
import { EtcdFault } from './fault.js';
import {
  AuthenticateRequest,
  AuthenticateResponse,
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  LeaseRevokeRequest,
  LeaseRevokeResponse,
  RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
  WatchRequest,
  WatchResponse,
} from './messages.js';

export interface Dialing {
  readonly endpoint: string;
  readonly access: Access;
  /** Of connecting, and of each call: milliseconds. */
  readonly deadline: number;
  /** Gives up connecting. */
  readonly signal: AbortSignal;
}

export class EtcdConnection {
  readonly #channel: EtcdChannel;
  readonly #access: Access;
  /** For messages. */
  readonly #who: string;

  private constructor(channel: EtcdChannel, access: Access) {
    this.#channel = channel;
    this.#access = access;
    this.#who = whoAsks(access, channel.tls);
  }

  /** Reads certificates and key anew. Rejects with an `EtcdFault`. */
  static async open({ endpoint, access, deadline, signal }: Dialing): Promise<EtcdConnection> {
    const { files, onCall } = access;
    return new EtcdConnection(await EtcdChannel.open({ endpoint, files, deadline, signal, onCall }), access);
  }

  /** A fault of matter `permission` names what may not be read. */
  async range(request: RangeRequest): Promise<RangeResponse> {
    const path = '/etcdserverpb.KV/Range';
    try {
      return await this.#call({ path, request, encoder: RangeRequest, decoder: RangeResponse });
    } catch (error) {
      throw isDenied(error) ? mayNotRead(this.#who, request) : error;
    }
  }

  /** Sent once. A fault of kind `lost` leaves open whether it was carried out. */
  async txn(request: TxnRequest): Promise<TxnResponse> {
    const path = '/etcdserverpb.KV/Txn';
    try {
      return await this.#call({ path, request, encoder: TxnRequest, decoder: TxnResponse });
    } catch (error) {
      throw isDenied(error) ? mayNotWrite(this.#who, request) : error;
    }
  }

  /** Sent once; a lease whose answer is lost runs out by itself. */
  grantLease(request: LeaseGrantRequest): Promise<LeaseGrantResponse> {
    const path = '/etcdserverpb.Lease/LeaseGrant';
    return this.#call({ path, request, encoder: LeaseGrantRequest, decoder: LeaseGrantResponse });
  }

  async revokeLease(id: bigint): Promise<void> {
    const path = '/etcdserverpb.Lease/LeaseRevoke';
    const request = { id };
    await this.#call({ path, request, encoder: LeaseRevokeRequest, decoder: LeaseRevokeResponse });
  }

  /** For any number of watches. */
  watch(token: string | null, listener: StreamListener<WatchResponse>): StreamCall<WatchRequest> {
    const path = '/etcdserverpb.Watch/Watch';
    return this.#stream({ path, encoder: WatchRequest, decoder: WatchResponse, token }, listener);
  }

  keepAlive(
    token: string | null,
    listener: StreamListener<LeaseKeepAliveResponse>,
  ): StreamCall<LeaseKeepAliveRequest> {
    const [encoder, decoder] = [LeaseKeepAliveRequest, LeaseKeepAliveResponse];
    return this.#stream({ path: '/etcdserverpb.Lease/LeaseKeepAlive', encoder, decoder, token }, listener);
  }

  /** For a stream; null where no user is set. Rejects with an `EtcdFault`. */
  token(): Promise<string | null> {
    return this.#access.login.token(async (name, password) => {
      const { token } = await this.#channel.call({
        path: '/etcdserverpb.Auth/Authenticate',
        request: { name, password },
        encoder: AuthenticateRequest,
        decoder: AuthenticateResponse,
        token: null,
      });
      return token;
    });
  }

  /** On a stream the token was refused: the next one is another. */
  refused(token: string | null): void {
    this.#access.login.refused(token);
  }

  /** At once; calls under way reject. */
  close(): void {
    this.#channel.close();
  }

  #stream<Given, Read>(
    call: Omit<Call<Given, Read>, 'request'>,
    { answered, ended }: StreamListener<Read>,
  ): StreamCall<Given> {
    return this.#channel.stream(call, {
      answered,
      ended: (fault) => {
        if (fault.matter === 'token') this.refused(call.token);
        ended(fault);
      },
    });
  }

  /** With a token; one that is refused is had anew, once: nothing was done then. */
  async #call<Given, Read>(call: Omit<Call<Given, Read>, 'token'>): Promise<Read> {
    const token = await this.token();
    try {
      return await this.#channel.call({ ...call, token });
    } catch (error) {
      if (!(error instanceof EtcdFault) || error.matter !== 'token') throw error;
      if (this.#access.user === null) throw needsUser(error);
      this.refused(token);
      return await this.#channel.call({ ...call, token: await this.token() });
    }
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof EtcdFault && error.matter === 'permission';
}
