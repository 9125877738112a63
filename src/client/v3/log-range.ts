import type { TriggerLog } from "../../model/trigger-log.js";
import { isInside, LineCollector, type OnDoubt, wholeSecond } from "../log-lines.js";

/** A page of the log. */
export interface LogPage {
  readonly lines: readonly TriggerLog[];
  /** `undefined` at the end of the range. */
  readonly next: string | undefined;
}

/** The request for a range; times are epoch milliseconds, both inclusive. */
export interface LogRequest {
  readonly from: number;
  readonly to: number;
  readonly cursor?: string;
}

/** The callbacks and limits of {@link readRange}. */
export interface LogRangeTools {
  readonly fetch: (request: LogRequest) => Promise<LogPage>;
  readonly onDoubt: OnDoubt;
  /** Pages of one walk that are read at most. */
  readonly maxPages: number;
  /** Up to when no line comes in any more, epoch milliseconds by the platform's clock. */
  readonly settledUntil: number;
}

/** Lines held at one time; more only where one millisecond has more. */
const HELD = 400;
/** Pages in a row without anything new, after which a walk is over. */
const BARREN = 3;
/** Ranges that are read again in halves because a response was unreliable; beyond, that is a doubt. */
const REPAIRS = 100;
/** A time may be rounded to its second: so far outside what was asked for, a line is no doubt, milliseconds. */
const ROUNDED_MS = 1000;

/** So far from a line, a range that is asked for does not include it, however its bounds are counted. */
const BESIDE_MS = 2;

/** How a walk through the pages of a range ended. */
interface Walk {
  readonly found: LineCollector;
  /** `full`: more lines than are held at one time. `broken`: the pages do not lead to an end. */
  readonly end: "end" | "full" | "broken";
  readonly problem: string;
}

/**
 * Reads a range of the log oldest first, and believes no page to be the last without looking: cursors end early,
 * come again, or lead through empty pages, and pages are cut short. Where an answer contradicts another, the range
 * is read again in halves; what then is still open is told as a doubt.
 *
 * @param range epoch milliseconds by the platform's clock, without `until` itself
 */
export async function* readRange(
  { since, until }: { readonly since: number; readonly until: number },
  tools: LogRangeTools,
): AsyncGenerator<TriggerLog> {
  const reading = new RangeReading(tools);
  for await (const line of reading.read(wholeSecond(since), until)) {
    if (line.createdAt.getTime() >= since || reading.isCoarse) yield line;
  }
}

class RangeReading {
  readonly #tools: LogRangeTools;
  /** Whether every line read so far has a time without milliseconds. */
  isCoarse = true;
  #repairs = REPAIRS;

  constructor(tools: LogRangeTools) {
    this.#tools = tools;
  }

  /** A range of more than a few pages is halved, and the older half read first, so that little is held. */
  async *read(since: number, until: number): AsyncGenerator<TriggerLog> {
    if (until <= since) return;
    const isDivisible = until - since > 1;
    const walk = await this.#walk(since, until, isDivisible ? HELD : Number.POSITIVE_INFINITY);
    let problem = walk.end === "broken" ? walk.problem : undefined;
    if (walk.end === "end" && walk.found.count > 0) problem = await this.#verify(walk.found, since, until);
    const isRepair = problem !== undefined;
    if (isRepair) this.#repairs -= 1;
    if (isDivisible && (walk.end === "full" || (isRepair && this.#repairs >= 0))) {
      const middle = middleOf(since, until);
      yield* this.read(since, middle);
      yield* this.read(middle, until);
      return;
    }
    if (problem !== undefined) {
      this.#tools.onDoubt({ reason: problem, at: since });
      this.#tools.onDoubt({ reason: problem, at: until - 1 });
    }
    const inside = [...walk.found.lines.values()].filter((line) => isInside(line, since, until));
    // Turned round before it is sorted: lines of one millisecond stand newest first too.
    yield* inside.reverse().sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  }

  /**
   * Asks for a part that has been read once more, as a separate range: it must bring nothing new.
   *
   * @returns what is wrong, if anything is
   */
  async #verify(found: LineCollector, since: number, until: number): Promise<string | undefined> {
    for (const [from, to] of partsOf(found, since, until, this.#tools.settledUntil)) {
      if (to <= from) continue;
      const again = await this.#walk(from, to, Number.POSITIVE_INFINITY, found);
      if (again.end === "broken") return again.problem;
      for (const id of again.found.lines.keys()) {
        if (!found.lines.has(id)) return "the log named no next page, though it had more lines";
      }
    }
    return undefined;
  }

  /** @param known lines read before: the walk ends with the first page that has others */
  async #walk(since: number, until: number, most: number, known?: LineCollector): Promise<Walk> {
    const { fetch, onDoubt, maxPages } = this.#tools;
    // Whatever the platform counts as inside. Where times may be rounded, the second before and after as well.
    const marginMs = this.isCoarse ? ROUNDED_MS : 1;
    const asked = { from: since - marginMs, to: until + marginMs };
    const found = new LineCollector(onDoubt);
    const cursors = new Set<string>();
    let barren = 0;
    let cursor: string | undefined;
    for (let pages = 1; ; pages += 1) {
      const page = await fetch(cursor === undefined ? asked : { ...asked, cursor });
      let fresh = 0;
      let isMore = false;
      for (const line of page.lines) {
        const at = line.createdAt.getTime();
        if (at < asked.from - ROUNDED_MS || at > asked.to + ROUNDED_MS) {
          onDoubt({
            reason: "the log answers with lines of other times than it was asked for",
            at: undefined,
          });
        }
        const isWanted = isInside(line, since, until);
        if (found.add(line, isWanted)) fresh += 1;
        if (isWanted && known !== undefined && !known.lines.has(line.id)) isMore = true;
      }
      this.isCoarse &&= found.isCoarse;
      const done = (end: Walk["end"], problem = ""): Walk => ({ found, end, problem });
      if (page.next === undefined || isMore) return done("end");
      if (found.lines.size > most) return done("full");
      barren = fresh === 0 ? barren + 1 : 0;
      // Some servers name a next page for ever. Where the last ones were empty, that was all.
      if (barren >= BARREN) {
        return page.lines.length === 0 ? done("end") : done("broken", "the log repeats its pages");
      }
      if (cursors.has(page.next)) return done("broken", "the log names the same next page twice");
      if (pages >= maxPages) return done("broken", `the log goes on after ${maxPages} pages (\`maxPages\`)`);
      cursors.add(page.next);
      cursor = page.next;
    }
  }
}

function middleOf(since: number, until: number): number {
  return since + Math.floor((until - since) / 2);
}

/**
 * The parts to look at again, each with fewer lines than were found in all, so that an answer which is cut to so
 * many lines shows others there. Newest first, what was cut off is older; pages in no order can hide newer lines too,
 * which are looked for where none come in any more. In any other order, it can lie anywhere.
 */
function partsOf(
  found: LineCollector,
  since: number,
  until: number,
  settledUntil: number,
): readonly (readonly [number, number])[] {
  const times = [...found.lines.values()].map(({ createdAt }) => createdAt.getTime()).sort((a, b) => a - b);
  const [oldest] = times;
  // What stands beside the range may have taken the place of all that stands within.
  if (oldest === undefined) return [[since + BESIDE_MS, until - BESIDE_MS]];
  if (found.newestFirst) {
    const newest = times.at(-1) ?? oldest;
    return [
      [since, oldest + 1],
      [newest + BESIDE_MS, Math.min(until, settledUntil)],
    ];
  }
  const middle = times[Math.floor(times.length / 2)] ?? oldest;
  const right = times.length === 1 ? middle + BESIDE_MS : middle;
  return [
    [since, middle - BESIDE_MS],
    [right, until],
  ];
}
