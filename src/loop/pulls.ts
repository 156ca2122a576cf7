/** Pulls under way: one per image whoever needs it, outside the lanes, so that a slow one holds up nothing else. */
import type { Engine } from '../engine/engine.js';

interface Running {
  readonly abort: AbortController;
  done: Promise<void>;
  progress: number | null;
}

/** `error` null: the image is there. `calledOff`: nobody wants it any more, which is no failure. */
type OnEnd = (error: unknown, calledOff: boolean) => void;

export class Pulls {
  readonly #engine: Pick<Engine, 'pull'>;
  readonly #running = new Map<string, Running>();

  constructor(engine: Pick<Engine, 'pull'>) {
    this.#engine = engine;
  }

  images(): ReadonlySet<string> {
    return new Set(this.#running.keys());
  }

  /** 0 to 1, or null while it can't be told or nothing is pulled. */
  progressOf(image: string): number | null {
    return this.#running.get(image)?.progress ?? null;
  }

  /** `onEnd` is called once, when it is no longer under way. */
  begin(image: string, onEnd: OnEnd): void {
    const abort = new AbortController();
    const running: Running = { abort, done: Promise.resolve(), progress: null };
    this.#running.set(image, running);
    const progress = (share: number | null) => {
      running.progress = share;
    };
    running.done = this.#engine.pull(image, progress, abort.signal).then(
      () => this.#end(image, onEnd, null),
      (error: unknown) => this.#end(image, onEnd, error),
    );
  }

  /** Gives up pulls of images that nothing wants any more. */
  keepOnly(images: ReadonlySet<string>): void {
    for (const [image, { abort }] of this.#running) if (!images.has(image)) abort.abort();
  }

  async close(): Promise<void> {
    this.keepOnly(new Set());
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #end(image: string, onEnd: OnEnd, error: unknown): void {
    const calledOff = this.#running.get(image)?.abort.signal.aborted ?? false;
    this.#running.delete(image);
    onEnd(error, calledOff);
  }
}
