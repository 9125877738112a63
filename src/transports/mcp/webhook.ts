import { isJsonObject, type JsonObject } from "../../model/json.js";
import { asMcpFailure, McpFailure, rpcFailure } from "./failure.js";
import type { ModeContext } from "./mode.js";
import { cursorField } from "./occurrence.js";
import { Pause } from "./pause.js";
import type { StoredPlace } from "./place.js";
import { type McpPage, pollPage } from "./poll.js";
import type { McpClientSubscription } from "./subscription.js";

/** What of the secret is random, bytes. */
const SECRET_BYTES = 32;
/** A refresh also asks whether deliveries have failed, so it is sent this often at least, milliseconds. */
const REFRESH_MS = 300_000;
const LEAST_REFRESH_MS = 1000;

/** A subscription by webhook, as the receiver of the deliveries sees it, and as it is kept alive. */
export class McpWebhookSubscription {
  readonly #context: ModeContext;
  /** Whether the server offers the event by poll too: that fills gaps. */
  readonly #canPoll: boolean;
  /** Whether the next step ends the subscription of before and begins one at the stored cursor. */
  #isAnew = true;
  /** What the next step throws. */
  #ended: McpFailure | undefined;
  #filling: Promise<void> | undefined;
  #fillAgain = false;
  readonly #pause = new Pause();
  /** The server's name of the subscription; `undefined` as long as it is not known. */
  id: string | undefined;
  /** What deliveries are signed with; `undefined` as long as none are taken. */
  secret: string | undefined;

  constructor(context: ModeContext, canPoll: boolean) {
    this.#context = context;
    this.#canPoll = canPoll;
  }

  get subscription(): McpClientSubscription {
    return this.#context.subscription;
  }

  /**
   * Subscribes, or refreshes.
   *
   * @returns milliseconds until the refresh
   * @throws McpFailure
   */
  async step(): Promise<number> {
    const ended = this.#ended;
    this.#ended = undefined;
    if (ended !== undefined) {
      this.#isAnew = true;
      throw ended;
    }
    try {
      const result = this.#isAnew ? await this.#begin() : await this.#refresh();
      this.#context.established();
      return this.#refreshAfter(result);
    } catch (thrown) {
      const { kind } = asMcpFailure(thrown);
      // A server without the event has no subscription to it; one that cannot reach us may have given events up.
      if (kind === "NotFound" || kind === "CallbackEndpointError") this.#isAnew = true;
      throw thrown;
    }
  }

  /** Ends the pause before the next step. */
  wake(): void {
    this.#pause.end();
  }

  /** Waits for the next step, which the server's messages may bring forward. */
  async pause(ms: number): Promise<void> {
    if (this.#ended !== undefined) return;
    await this.#pause.wait(this.#context.clock, ms, this.#context.signal);
  }

  /** The endpoint has acknowledged a delivery: what it says about the place is true now. */
  acknowledged(cursor: string | null | undefined): void {
    this.subscription.place.see(cursor);
  }

  /** The server has given events up. */
  gap(): void {
    this.#fillAgain = true;
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
    });
  }

  terminated(error: unknown): void {
    this.#ended = rpcFailure("The server ended the subscription", error, true);
    this.#pause.end();
  }

  /** @param leaves whether the subscription ends with this process */
  async stop(leaves: boolean): Promise<void> {
    await this.#filling;
    if (!leaves || this.id === undefined) return;
    const { clock, connection } = this.#context;
    const limit = new AbortController();
    const timer = clock.after(LEAVE_WITHIN_MS, () => limit.abort());
    // Its time ends it too.
    await connection.request("events/unsubscribe", this.#params(), limit.signal).catch(() => undefined);
    timer.clear();
  }

  /**
   * A server that has given an event up passes it: the cursors of later deliveries are behind it, and a subscription
   * that is alive ignores the cursor of a refresh. So what may have missed events ends, and begins at a cursor before.
   */
  async #begin(): Promise<JsonObject> {
    const { subscription, connection, signal, clock } = this.#context;
    const { place } = subscription;
    this.secret = undefined;
    this.id = undefined;
    const before = await place.load();
    const from = before?.base ?? before;
    const secret = secretFor(before);
    if (from !== undefined && from.cursor !== null) {
      await connection.request("events/unsubscribe", this.#params(), signal).catch(ignoreUnknown);
    }
    // Other processes on the inbox read it there.
    if (before !== undefined) await place.put({ ...before, secret });
    this.secret = secret;
    const result = await this.#subscribe(secret, from?.cursor ?? null);
    if (result.truncated === true) subscription.lost("The server no longer had them all.", from?.at);
    else if (from !== undefined && from.cursor === null && before?.isReset !== true) {
      subscription.lost("The server cannot send them again.", from.at);
    }
    const nowMs = clock.now();
    const began = { cursor: cursorField(result.cursor) ?? null, at: nowMs };
    // Before a delivery of this subscription has moved it, the place of before is only a part of the truth.
    await place.put({ ...began, base: began, secret });
    this.#isAnew = false;
    return result;
  }

  async #refresh(): Promise<JsonObject> {
    const { subscription, clock } = this.#context;
    const { place } = subscription;
    const known = await place.load();
    const secret = known?.secret ?? this.secret ?? newSecret();
    this.secret = secret;
    const result = await this.#subscribe(secret, known?.cursor ?? null);
    if (result.truncated === true) subscription.lost("The server no longer had them all.");
    if (known !== undefined && known.cursor !== null && hasFailed(result.deliveryStatus)) {
      // Also where it fails half-way: the next step then begins anew.
      this.#isAnew = true;
      return await this.#begin();
    }
    const now = place.now;
    const cursor = cursorField(result.cursor) ?? now?.cursor ?? null;
    const base = { cursor: now?.cursor ?? cursor, at: clock.now() };
    if (now !== undefined) await place.put({ ...now, at: base.at, base, secret });
    return result;
  }

  async #subscribe(secret: string, cursor: string | null): Promise<JsonObject> {
    const { connection, server, signal } = this.#context;
    const params = { ...this.#params(secret), cursor, ttlMs: server.ttlMs };
    const result = await connection.request("events/subscribe", params, signal);
    const { id } = result;
    if (typeof id !== "string" || id === "")
      throw new McpFailure("events/subscribe: the result has no `id`.");
    this.id = id;
    return result;
  }

  #params(secret?: string): JsonObject {
    const { subscription, server } = this.#context;
    const { webhookUrl: url } = server;
    const delivery = { mode: "webhook", url, ...(secret === undefined ? {} : { secret }) };
    return { ...subscription.params, delivery };
  }

  #refreshAfter({ refreshBefore }: JsonObject): number {
    const { clock, server } = this.#context;
    const until = typeof refreshBefore === "string" ? Date.parse(refreshBefore) - clock.now() : Number.NaN;
    // The server's clock may be ahead of ours; it grants no more than was asked for.
    const grantedMs = Number.isNaN(until) ? server.ttlMs : Math.min(server.ttlMs, until);
    return Math.max(LEAST_REFRESH_MS, Math.min(REFRESH_MS, (grantedMs * 2) / 3));
  }

  /** Reads from before the gap on, where the server can be asked. */
  async #fill(): Promise<void> {
    while (this.#fillAgain && !this.#context.signal.aborted) {
      this.#fillAgain = false;
      const { subscription } = this.#context;
      const { place } = subscription;
      const from = place.now?.base ?? place.now;
      if (!this.#canPoll || from === undefined || from.cursor === null) {
        subscription.lost("The server has given events up.", from?.at);
        continue;
      }
      try {
        await this.#fillFrom(from.cursor, subscription.openGap("The server has given events up.", from.at));
      } catch (thrown) {
        if (this.#context.signal.aborted) return;
        subscription.unfilled(from.at, `The server has given events up. ${asMcpFailure(thrown).message}`);
      }
    }
  }

  async #fillFrom(start: string, from: Date): Promise<void> {
    const { subscription, clock } = this.#context;
    const to = new Date(clock.now());
    let [found, missed, isTruncated] = [0, 0, false];
    let reached: string | null = start;
    for (let isEnd = false; !isEnd && reached !== null; ) {
      const page: McpPage = await pollPage(this.#context, reached);
      isTruncated ||= page.truncated;
      found += page.events.length;
      const stored = page.events.map(async (one) => subscription.deliver(one, "backfill"));
      missed += (await Promise.all(stored)).filter(Boolean).length;
      isEnd = !page.hasMore || page.cursor === reached;
      reached = page.cursor;
    }
    if (isTruncated) subscription.unfilled(from.getTime(), "The server no longer had them all.");
    else subscription.filled({ from, to, found, missed });
    const { place } = subscription;
    if (place.now !== undefined && reached !== null) {
      await place.put({ ...place.now, base: { cursor: reached, at: to.getTime() } });
    }
  }
}

/** How long the end of a subscription is waited for, milliseconds. */
const LEAVE_WITHIN_MS = 2000;

function newSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...globalThis.crypto.getRandomValues(new Uint8Array(SECRET_BYTES))))}`;
}

/** A server without replay would lose what it still tries to deliver, if the secret changed. */
function secretFor(before: StoredPlace | undefined): string {
  const isAlive = before !== undefined && before.cursor === null && !before.isReset;
  return (isAlive ? before.secret : undefined) ?? newSecret();
}

function ignoreUnknown(thrown: unknown): void {
  const { kind } = asMcpFailure(thrown);
  if (kind !== "NotFound") throw thrown;
}

/** Whether the server may have given up deliveries since the last refresh. */
function hasFailed(status: unknown): boolean {
  if (!isJsonObject(status)) return false;
  const { active, lastError, failedSince } = status;
  return active === false || typeof lastError === "string" || typeof failedSince === "string";
}
