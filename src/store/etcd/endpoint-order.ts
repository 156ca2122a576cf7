/** The endpoints in the order in which they are asked: one that has answered first, and one that has not last. */
export class EndpointOrder {
  #endpoints: readonly string[];

  constructor(endpoints: readonly string[]) {
    this.#endpoints = endpoints;
  }

  /** As it is now; what is asked later may be asked in another. */
  now(): readonly string[] {
    return this.#endpoints;
  }

  answered(endpoint: string): void {
    this.#endpoints = [endpoint, ...this.#without(endpoint)];
  }

  /** A call may take seconds to fail: the next one begins elsewhere. */
  failed(endpoint: string): void {
    this.#endpoints = [...this.#without(endpoint), endpoint];
  }

  #without(endpoint: string): readonly string[] {
    return this.#endpoints.filter((each) => each !== endpoint);
  }
}
