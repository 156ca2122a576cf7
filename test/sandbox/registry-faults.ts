/** What the registry's proxy can be told to do wrong, and what it tells: types only. */

export type Part = 'base' | 'manifest' | 'config' | 'layer';

export type Fault =
  /** Another answer than the registry's. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Half of it, and then silence. */
  | { readonly kind: 'stall' }
  /** One byte is another, so that the digest does not fit. */
  | { readonly kind: 'wrong' }
  /** Bytes a second. */
  | { readonly kind: 'slow'; readonly rate: number };

export interface Spoil {
  readonly part: Part;
  readonly fault: Fault;
}

export interface RegistryRequest {
  readonly method: string;
  readonly repository: string;
  readonly part: Part;
  /** As the engine got it. */
  readonly status: number;
}

export type ProxyLine =
  | { readonly request: RegistryRequest }
  | { readonly inForce: string }
  | { readonly listens: true };
