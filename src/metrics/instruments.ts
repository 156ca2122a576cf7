/** What is counted and measured as it happens: counters and histograms, each with a fixed set of labels. Pure. */
import type { Family, Labels, Sample } from './family.js';

interface Head<Label extends string> {
  readonly name: string;
  readonly help: string;
  /** Default: none. */
  readonly labels?: readonly Label[];
}

export class Counter<Label extends string = never> {
  readonly #head: Head<Label>;
  readonly #series = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(head: Head<Label>) {
    this.#head = head;
    if (head.labels === undefined) this.#series.set('', { labels: {}, value: 0 });
  }

  add(labels: Readonly<Record<Label, string>>, by = 1): void {
    const key = keyOf(this.#head, labels);
    const series = this.#series.get(key);
    if (series === undefined) this.#series.set(key, { labels: ordered(this.#head, labels), value: by });
    else series.value += by;
  }

  /** The values of one label. */
  valuesOf(label: Label): ReadonlySet<string> {
    return new Set([...this.#series.values()].flatMap(({ labels }) => labels[label] ?? []));
  }

  /** Drops what has one of these values of the label: the number of series stays bounded. */
  forget(label: Label, values: ReadonlySet<string>): void {
    for (const [key, { labels }] of this.#series) {
      if (values.has(labels[label] ?? '')) this.#series.delete(key);
    }
  }

  family(): Family {
    const { name, help } = this.#head;
    return {
      name,
      help,
      type: 'counter',
      samples: [...this.#series.values()].map((series) => ({ ...series })),
    };
  }
}

interface Distribution {
  readonly labels: Labels;
  /** Of each bucket alone, the last one for what is above all bounds. */
  readonly counts: number[];
  sum: number;
}

export class Histogram<Label extends string = never> {
  readonly #head: Head<Label>;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Distribution>();

  /** `bounds`: upper bounds of the buckets, growing. */
  constructor(head: Head<Label>, bounds: readonly number[]) {
    this.#head = head;
    this.#bounds = bounds;
    if (head.labels === undefined) this.#series.set('', this.#empty({}));
  }

  observe(labels: Readonly<Record<Label, string>>, value: number): void {
    const key = keyOf(this.#head, labels);
    const series = this.#series.get(key) ?? this.#empty(ordered(this.#head, labels));
    this.#series.set(key, series);
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const bucket = found === -1 ? this.#bounds.length : found;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
  }

  family(): Family {
    const { name, help } = this.#head;
    const samples = [...this.#series.values()].flatMap((series) => this.#samples(series));
    return { name, help, type: 'histogram', samples };
  }

  #empty(labels: Labels): Distribution {
    return { labels, counts: new Array<number>(this.#bounds.length + 1).fill(0), sum: 0 };
  }

  #samples({ labels, counts, sum }: Distribution): readonly Sample[] {
    let total = 0;
    const buckets = counts.map((count, index): Sample => {
      total += count;
      const le = this.#bounds[index];
      return {
        suffix: '_bucket',
        labels: { ...labels, le: le === undefined ? '+Inf' : String(le) },
        value: total,
      };
    });
    return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: total }];
  }
}

function ordered<Label extends string>(
  { labels = [] }: Head<Label>,
  given: Readonly<Record<Label, string>>,
): Labels {
  return Object.fromEntries(labels.map((label) => [label, given[label]]));
}

function keyOf<Label extends string>(
  { labels = [] }: Head<Label>,
  given: Readonly<Record<Label, string>>,
): string {
  return labels.map((label) => given[label]).join('\0');
}
