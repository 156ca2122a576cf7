/** Time as the fake engine sees it: the real one, or one that a test holds in its hands (`../../loop/virtual-time.ts`). */
export interface Timers {
  date(): Date;
  /** Runs `job` after so many milliseconds. */
  after(milliseconds: number, job: () => void): void;
}

export const REAL_TIMERS: Timers = {
  date: () => new Date(),
  after: (milliseconds, job) => void setTimeout(job, milliseconds).unref(),
};
