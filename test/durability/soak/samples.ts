import type { LoopDelay } from "./loop-delay.js";

/** What the receiver says of itself. Its counts are since its start, its delays since the last sample. */
export interface ReceiverSample extends LoopDelay {
  readonly rssMb: number;
  readonly heapMb: number;
  /** Of all its threads. */
  readonly cpuMs: number;
  /** Open file descriptors; `undefined` where the system does not list them. */
  readonly descriptors: number | undefined;
  /** Handles and requests that keep Node alive. */
  readonly handles: number;
  readonly records: {
    readonly waiting: number;
    readonly running: number;
    readonly done: number;
    readonly dead: number;
    readonly unmatched: number;
  };
  readonly expectations: number;
  /** Listener events by type. */
  readonly counted: Readonly<Record<string, number>>;
  /** Events that have begun to run and are not done. */
  readonly unsettled: number;
  /** Callbacks and waits that came and went. */
  readonly churned: number;
  /** What must not happen at all. */
  readonly problems: readonly string[];
}

/** What the sender says of itself: the load, and the local platform with it. */
export interface SenderSample extends LoopDelay {
  readonly rssMb: number;
  readonly cpuMs: number;
  /** Open connections to the receiver's webhook server: more while the machine is busy. */
  readonly connections: number;
  readonly sent: number;
  /** Copies that were delivered on purpose. */
  readonly copies: number;
  /** Deliveries that were not acknowledged, and were made again. */
  readonly retries: number;
  readonly drops: number;
}

/** Everything at one time. */
export interface Sample {
  /** Since the first event. */
  readonly atMs: number;
  readonly receiver: ReceiverSample;
  readonly sender: SenderSample;
  readonly walMb: number;
  readonly fileMb: number;
  /** Lines of `/metrics`. */
  readonly series: number;
}

interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What has to stay flat: how it is read, and how far the last third may be above the second. */
interface Measure {
  readonly title: string;
  readonly read: (sample: Sample) => number | undefined;
  /**
   * What is compared. Memory is high for a while after a rush, until it is collected: a leak raises the least, too.
   * Default: the median.
   */
  readonly by?: "median" | "min";
  readonly times: number;
  readonly plus: number;
  /** Whether the machine's other work raises it: then the limit grows as the sender's delay does. */
  readonly isOfMachine?: true;
  /** A bound for every sample, from the first on. */
  readonly most?: number;
}

/** The log is brought into the file at 64 MB; one long batch may go beyond it. */
const MOST_WAL_MB = 100;

const SENDER_DELAY = "event-loop delay of the sender, p99 ms";

const measures: readonly Measure[] = [
  { title: "RSS, MB", read: ({ receiver }) => receiver.rssMb, by: "min", times: 1.05, plus: 10 },
  { title: "heap in use, MB", read: ({ receiver }) => receiver.heapMb, by: "min", times: 1.1, plus: 10 },
  { title: "write-ahead log, MB", read: ({ walMb }) => walMb, times: 1.1, plus: 5, most: MOST_WAL_MB },
  { title: "database file, MB", read: ({ fileMb }) => fileMb, times: 1.05, plus: 5 },
  {
    title: "event-loop delay, p50 ms",
    read: ({ receiver }) => receiver.delayP50Ms,
    isOfMachine: true,
    times: 2,
    plus: 5,
  },
  {
    title: "event-loop delay, p99 ms",
    read: ({ receiver }) => receiver.delayP99Ms,
    isOfMachine: true,
    times: 2,
    plus: 10,
  },
  // One pause of the machine is the longest delay of a third.
  {
    title: "event-loop delay, longest, ms",
    read: ({ receiver }) => receiver.delayMaxMs,
    isOfMachine: true,
    times: 3,
    plus: 100,
  },
  // No limit: what it shows is the machine's other work.
  {
    title: SENDER_DELAY,
    read: ({ sender }) => sender.delayP99Ms,
    times: Number.POSITIVE_INFINITY,
    plus: 0,
  },
  {
    title: "open descriptors, without the senders' connections",
    read: ({ receiver: { descriptors }, sender }) => descriptors && descriptors - sender.connections,
    times: 1,
    plus: 8,
  },
  {
    title: "handles, without the senders' connections",
    read: ({ receiver, sender }) => receiver.handles - sender.connections,
    times: 1,
    plus: 12,
  },
  { title: "records in the file", read: ({ receiver }) => total(receiver.records), times: 1.05, plus: 200 },
  {
    title: "waiting and running",
    read: ({ receiver }) => pendingOf(receiver),
    isOfMachine: true,
    times: 1.2,
    plus: 50,
  },
  { title: "open expectations", read: ({ receiver }) => receiver.expectations, times: 1.2, plus: 20 },
  { title: "lines of `/metrics`", read: ({ series }) => series, times: 1, plus: 20 },
  {
    title: "RSS of the sender and the local platform, MB",
    read: ({ sender }) => sender.rssMb,
    by: "min",
    times: 1.1,
    plus: 20,
  },
];

const total = ({ waiting, running, done, dead, unmatched }: ReceiverSample["records"]) =>
  waiting + running + done + dead + unmatched;

export const pendingOf = ({ records }: ReceiverSample) => records.waiting + records.running;

/** A measure in each third of the time. */
export interface Thirds {
  readonly title: string;
  readonly thirds: readonly Spread[];
}

/** Only what this system can say. */
export function thirdsOf(samples: readonly Sample[]): readonly Thirds[] {
  const thirds = split(samples);
  return measures.flatMap(({ title, read }) => {
    const spreads = thirds.map((part) => spread(part.flatMap((sample) => read(sample) ?? [])));
    return spreads.some(({ median }) => Number.isNaN(median)) ? [] : [{ title, thirds: spreads }];
  });
}

/** One sentence for each measure that is not flat: its last third is above the second, or a sample above the bound. */
export function growthIn(all: readonly Thirds[]): readonly string[] {
  const thirds = new Map(all.map((each) => [each.title, each.thirds]));
  const [, before, after] = thirds.get(SENDER_DELAY) ?? [];
  const busier = Math.max(1, ((after?.median ?? 0) + 1) / ((before?.median ?? 0) + 1));
  return measures.flatMap(({ title, by = "median", isOfMachine, times, plus, most }) => {
    const [first, second, last] = thirds.get(title) ?? [];
    if (first === undefined || second === undefined || last === undefined) return [];
    const limit = rounded(second[by] * times * (isOfMachine ? busier : 1) + plus);
    const found: string[] = [];
    if (last[by] > limit) {
      found.push(`${title}: ${last[by]} in the last third, ${second[by]} in the second: beyond ${limit}`);
    }
    const longest = Math.max(first.max, second.max, last.max);
    if (most !== undefined && longest > most) found.push(`${title}: ${longest}, beyond ${most}`);
    return found;
  });
}

function split(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const endMs = samples.at(-1)?.atMs ?? 0;
  const third = ({ atMs }: Sample) => Math.min(2, Math.floor((atMs * 3) / (endMs + 1)));
  return [0, 1, 2].map((at) => samples.filter((sample) => third(sample) === at));
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => rounded(sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN);
  return { median: at(0.5), min: at(0), max: at(1) };
}

export const rounded = (value: number) => Math.round(value * 10) / 10;

/** CPU of a process between two samples, in cores. */
export function coresBetween(
  from: Sample,
  to: Sample,
  read: (sample: Sample) => { readonly cpuMs: number },
): number {
  return Math.round(((read(to).cpuMs - read(from).cpuMs) / (to.atMs - from.atMs)) * 100) / 100;
}
