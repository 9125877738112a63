import type { Clock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { isThenable } from "../base/foreign-promise.js";
import type { ListenerEvent } from "../base/listener-events.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import { describe } from "../base/warning.js";
import type { Callback } from "../callbacks/callback.js";
import type { Delivery } from "../model/delivery.js";
import type { Respond, RouteResponse } from "../model/respond.js";
import type { Route } from "../model/route.js";
import type { WebhookResponse } from "../model/source.js";
import { accepted, type NotStored, type ReceiveResult, unavailable } from "./responses.js";
import { answerOf } from "./returned-response.js";

/** Limit for a response that user code makes, milliseconds: chat platforms wait 3 s. */
export const RESPOND_WITHIN_MS = 2500;

/** A delivery whose response is made by its callbacks. */
interface Wait {
  /** One for each event of the delivery. */
  readonly recordIds: string[];
  /** How many of them have not ended, and one until all of them are stored. */
  open: number;
  readonly returned: Promise<unknown>;
  resolve(value: unknown): void;
}

function newWait(): Wait {
  let resolve: (value: unknown) => void = () => undefined;
  const returned = new Promise<unknown>((settle) => {
    resolve = settle;
  });
  return { recordIds: [], open: 1, returned, resolve };
}

function endOne(wait: Wait): void {
  wait.open -= 1;
  if (wait.open === 0) wait.resolve(undefined);
}

/** Makes the responses to stored deliveries: the user's, else the sender's default, else `{"ok":true}`. */
export class RouteResponses {
  readonly #clock: Clock;
  readonly #send: (event: ListenerEvent) => void;
  readonly #byDelivery = new WeakMap<Delivery, Wait>();
  /** By record, until its callbacks begin. */
  readonly #byRecord = new Map<string, Wait>();

  constructor(clock: Clock, send: (event: ListenerEvent) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** To be called before the record is stored, where its callbacks may make the response. */
  expect(respond: Respond, delivery: Delivery, recordId: string): void {
    if (typeof respond === "function") return;
    const wait = this.#byDelivery.get(delivery) ?? newWait();
    wait.recordIds.push(recordId);
    wait.open += 1;
    this.#byDelivery.set(delivery, wait);
    this.#byRecord.set(recordId, wait);
  }

  /** The response to a delivery that is not stored; what was waited for no longer is. */
  unavailable(delivery: Delivery, result: NotStored): WebhookResponse {
    this.#forget(delivery);
    return unavailable(result);
  }

  #forget(delivery: Delivery): void {
    const wait = this.#byDelivery.get(delivery);
    for (const id of wait?.recordIds ?? []) {
      if (this.#byRecord.get(id) === wait) this.#byRecord.delete(id);
    }
  }

  /** @returns the callbacks of a record, wrapped where their results make the response */
  watched(recordId: string, callbacks: readonly Callback[]): readonly Callback[] {
    const wait = this.#byRecord.size === 0 ? undefined : this.#byRecord.get(recordId);
    if (wait === undefined) return callbacks;
    this.#byRecord.delete(recordId);
    let left = callbacks.length;
    const end = (value: unknown) => {
      left -= 1;
      if (value !== undefined) wait.resolve(value);
      else if (left === 0) endOne(wait);
    };
    if (left === 0) endOne(wait);
    return callbacks.map((callback) => ({
      ...callback,
      onSkip: () => end(undefined),
      handler(event, context) {
        let returned: unknown;
        try {
          returned = callback.handler(event, context);
        } catch (thrown) {
          end(undefined);
          throw thrown;
        }
        if (!isThenable(returned)) {
          end(returned);
          return returned;
        }
        // Adopted once: a lazy thenable (a query, say) would run for each of two that wait for it.
        const adopted = new Promise<unknown>((adopt) => adopt(returned));
        adopted.then(end, () => end(undefined));
        return adopted;
      },
    }));
  }

  /** The response to a stored delivery. A dead-lettered one has the default. */
  answer(
    route: Route,
    delivery: Delivery,
    result: Exclude<ReceiveResult, NotStored>,
  ): MaybePromise<WebhookResponse> {
    const { source } = route;
    const respond = route.respond ?? source.respond;
    const byDefault = source.acknowledgement ?? accepted;
    if (respond === undefined || result === "dead-lettered") return byDefault;
    if (typeof respond === "function") {
      return this.#within(RESPOND_WITHIN_MS, route, byDefault, async () => {
        const request = delivery.request;
        if (request === undefined) return undefined;
        const body =
          typeof delivery.body === "string" ? delivery.body : new TextDecoder().decode(delivery.body);
        return respond({ provider: source.provider, request, body, duplicate: result === "duplicate" });
      });
    }
    const wait = this.#byDelivery.get(delivery);
    const withinMs = respond === "callback" ? RESPOND_WITHIN_MS : (respond.withinMs ?? RESPOND_WITHIN_MS);
    if (wait === undefined) return byDefault;
    if (result === "stored") {
      endOne(wait);
      return this.#within(withinMs, route, byDefault, () => wait.returned).finally(() =>
        this.#forget(delivery),
      );
    }
    this.#forget(delivery);
    return byDefault;
  }

  /** Never rejects. */
  async #within(
    withinMs: number,
    { source }: Route,
    byDefault: WebhookResponse,
    make: () => Promise<RouteResponse | unknown>,
  ): Promise<WebhookResponse> {
    let timer: { clear(): void } | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = this.#clock.after(withinMs, () => resolve(undefined));
    });
    try {
      const made = await Promise.race([make().then(answerOf), late]);
      return made ?? byDefault;
    } catch (thrown) {
      const message = `The response of the ${source.provider} route could not be made, and the default was sent: ${describe(thrown)}`;
      this.#send({ type: "warning", error: new EarshotError("ERR_OPTION", message) });
      return byDefault;
    } finally {
      timer?.clear();
    }
  }
}
