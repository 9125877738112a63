import type { MaybePromise } from "../../base/maybe-promise.js";
import { messageOf } from "../../base/message-of.js";
import type { Delivery, EventSource } from "../../model/delivery.js";
import type { Route } from "../../model/route.js";
import type { ListedEvent, ListedFacts } from "../../model/sender-log.js";

/** The pipeline: resolves when the event is stored, with true if it was new. */
export type OnListed = (
  delivery: Delivery,
  facts: ListedFacts,
  route: Route | undefined,
) => MaybePromise<boolean>;

/** A listed event as a delivery; or why it is none. Never throws, whatever the sender's list has. */
export type Listed =
  | {
      readonly at: number;
      readonly delivery: Delivery;
      readonly facts: Omit<ListedFacts, "provider" | "path">;
    }
  | { readonly at: number | undefined; readonly problem: string };

export function listedDelivery(event: ListedEvent, source: EventSource, receivedAt: number): Listed {
  try {
    const { at, body, id, idSigned, eventName } = event;
    if (typeof at !== "number" || !Number.isFinite(at))
      return { at: undefined, problem: "an event has no time" };
    const named = id === undefined ? "an event" : `the event ${String(id).slice(0, 80)}`;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    if (text === undefined || text === "") return { at, problem: `${named} has no body` };
    const facts = {
      at,
      id: id === undefined || id === "" ? undefined : String(id),
      idSigned: idSigned === true,
      eventName: eventName === undefined || eventName === "" ? undefined : String(eventName),
    };
    return { at, delivery: { source, body: text, receivedAt }, facts };
  } catch (thrown) {
    return { at: undefined, problem: `an event cannot be read: ${messageOf(thrown)}` };
  }
}
