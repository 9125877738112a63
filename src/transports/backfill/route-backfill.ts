import { asError } from "../../base/as-error.js";
import type { Clock, Timer } from "../../base/clock.js";
import { EarshotError, type ErrorCode } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import { messageOf } from "../../base/message-of.js";
import type { Inbox } from "../../inbox/contract.js";
import type { Route } from "../../model/route.js";
import type { SenderLog } from "../../model/sender-log.js";
import { listedDelivery, type OnListed } from "../senders/listed-delivery.js";
import type { Transport } from "../transport.js";
import { itemsUnlessAborted } from "../unless-aborted.js";
import { Backfill } from "./backfill.js";
import { Cursor } from "./cursor.js";
import { type Gap, least } from "./gap.js";
import type { GapLog, LogLine } from "./gap-log.js";
import { GapPacer } from "./gap-pacer.js";

/** What {@link RouteBackfill} takes. */
export interface RouteBackfillOptions {
  readonly path: string;
  readonly route: Route;
  readonly log: SenderLog;
  readonly clock: Clock;
  /** Holds the cursor, if it is durable. */
  readonly inbox: Pick<Inbox, "durable" | "readMetadata" | "writeMetadata">;
  readonly send: (event: ListenerEvent) => void;
  readonly onListed: OnListed;
}

/** Deliveries that get a 503 within this time are one gap, milliseconds. */
const BURST_MS = 5000;

/**
 * Reads what a route has missed from its sender's list: deliveries of the time in which the process was not running, and
 * those that got a 503.
 */
export class RouteBackfill implements Pick<Transport, "stop"> {
  readonly #options: RouteBackfillOptions;
  readonly #backfill: Backfill;
  readonly #pacer: GapPacer;
  #cursor: Cursor | undefined;
  /** The first delivery of a burst that got a 503, epoch milliseconds. */
  #missedSince: number | undefined;
  #timer: Timer | undefined;
  #stopping = false;

  constructor(options: RouteBackfillOptions) {
    const { clock } = options;
    this.#options = options;
    this.#backfill = new Backfill({ log: routeLog(options), send: this.#send, clock });
    this.#pacer = new GapPacer({ clock, fill: (gap) => this.#backfill.fill(gap) });
  }

  /** Opens the gap since the process before this one, if the inbox is durable. Deliveries are received already. */
  async start(): Promise<void> {
    const { inbox, clock, path, route } = this.#options;
    if (!inbox.durable) return;
    const cursor = new Cursor({
      marks: inbox,
      clock,
      name: `${route.source.provider}@${path}`,
      storedUntil: () => this.#storedUntil,
      onError: this.#onInboxError,
    });
    const storedUntil = await cursor.read();
    if (this.#stopping) return;
    const to = clock.now();
    if (storedUntil !== undefined) {
      this.#fill({ from: Math.min(storedUntil, to), to, detail: "The process was not running." });
    }
    this.#cursor = cursor;
    await cursor.follow();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#timer?.clear();
    this.#pacer.stop();
    await this.#cursor?.stop();
    await this.#backfill.stop();
  }

  /** A delivery got a 503: not every sender delivers it again. */
  missed(): void {
    const { clock } = this.#options;
    if (this.#missedSince !== undefined || this.#stopping) return;
    const from = clock.now();
    this.#missedSince = from;
    this.#timer = clock.after(BURST_MS, () => {
      this.#missedSince = undefined;
      this.#fill({ from, to: clock.now(), detail: "Deliveries could not be stored." });
    });
  }

  #fill(gap: Gap): void {
    this.#send({ type: "gap.opened", from: new Date(gap.from), detail: gap.detail });
    this.#pacer.push(gap);
  }

  /** Up to when everything is stored. The overlap of a reading covers deliveries in work at that time. */
  get #storedUntil(): number | undefined {
    const now = this.#options.clock.now();
    return least(now, this.#missedSince, this.#pacer.heldSince, this.#backfill.pendingSince);
  }

  readonly #send = (event: ListenerEvent): void => {
    const { path, send } = this.#options;
    const isOfGap =
      event.type === "gap.opened" || event.type === "gap.filled" || event.type === "gap.unfilled";
    send(isOfGap ? { ...event, route: path } : event);
  };

  readonly #onInboxError = (thrown: unknown): void => {
    this.#options.send({ type: "inbox.error", error: asError(thrown) });
  };
}

/** A sender's list as a log of events. What a list of one's own throws or returns ends in an error of ours. */
function routeLog({ path, route, log, clock, onListed }: RouteBackfillOptions): GapLog {
  const { provider } = route.source;
  return {
    name: log.name,
    retentionMs: log.retentionMs,
    async *read({ since, until, signal, onDoubt }) {
      try {
        for await (const event of itemsUnlessAborted(log.read({ since, until, signal }), signal)) {
          const listed = listedDelivery(event, "backfill", clock.now());
          if ("problem" in listed) {
            const { at, problem } = listed;
            if (at === undefined) onDoubt({ reason: problem, at });
            else yield { at, isUnusable: true, doubt: problem };
            continue;
          }
          if (listed.at < since || listed.at >= until) continue;
          const { at, delivery, facts } = listed;
          yield {
            at,
            deliver: () => onListed(delivery, { ...facts, provider, path }, route),
          } satisfies LogLine;
        }
      } catch (thrown) {
        throw asListError(thrown);
      }
    },
  };
}

function asListError(thrown: unknown): EarshotError {
  if (thrown instanceof EarshotError) return thrown;
  const code: ErrorCode = "ERR_BAD_ANSWER";
  return new EarshotError(code, messageOf(thrown), { cause: thrown });
}
