import { asDecodeError, RejectedError } from "../base/errors.js";
import type { ListenerEventEmitter } from "../base/listener-event-emitter.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { AppNames } from "../decode/app-names.js";
import { type Decoded, decode } from "../decode/index.js";
import { sha256Hex } from "../decode/sha256.js";
import type { Delivery, DeliveryOutcome } from "../model/delivery.js";
import type { Route } from "../model/route.js";
import type { ListedFacts } from "../model/sender-log.js";
import type { WebhookResponse } from "../model/source.js";
import type { Origin, Verified } from "../model/verified.js";
import { markVerified } from "../verify/outcome.js";
import { withoutCredentials } from "../verify/redact-body.js";
import type { DoneWaits } from "./done-waits.js";
import type { InOrder } from "./in-order.js";
import {
  isNew,
  isNotStored,
  type NotStored,
  type ReceiveResult,
  rejected,
  rejectedEvent,
} from "./responses.js";
import type { RouteResponses } from "./route-response.js";
import type { EventStore } from "./store.js";

/** What receiving works with. */
export interface ReceiverOptions {
  readonly store: EventStore;
  readonly responses: RouteResponses;
  /** Absent where deliveries are acknowledged as soon as they are stored. */
  readonly doneWaits: DoneWaits | undefined;
  readonly inOrder: InOrder;
  readonly events: ListenerEventEmitter;
  readonly apps: AppNames;
  /** Whether a copy without an id may come on another transport. */
  readonly copiesWithoutId: boolean;
  /** Counts a verified delivery; absent without metrics. */
  readonly delivered: ((source: string, provider: string, outcome: DeliveryOutcome) => void) | undefined;
}

/** The channel was authorized with the key, and the log was read with it: there is no signature to check. */
const platformOrigin: Origin = { provider: "composio", signed: true };
const unstored: ReceiveResult = { full: 0 };

/**
 * The first half of an event's lifecycle, on every transport:
 *
 *     delivery → verify → redact → decode → deduplicate + store → acknowledge
 *
 * A step that has its result at once goes on in the same stack: in memory, an event costs no promise. In the path of a
 * webhook it costs no closure either, which is why its steps are not written with `chain`.
 */
export class Receiver {
  readonly #options: ReceiverOptions;

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  /** A webhook. Rejects only on a defect of this package, or of the route's schema: a 500, which senders try again. */
  readonly webhook = (delivery: Delivery, route: Route): MaybePromise<WebhookResponse> => {
    try {
      const handshake = route.source.handshake?.(delivery, delivery.receivedAt);
      const response =
        handshake === undefined
          ? this.#verify(delivery, route)
          : chain(handshake, (made) =>
              made === undefined ? this.#verify(delivery, route) : this.#handshake(delivery, route, made),
            );
      return response instanceof Promise
        ? response.catch((thrown: unknown) => this.#reject(delivery, thrown))
        : response;
    } catch (thrown) {
      return this.#reject(delivery, thrown);
    }
  };

  /** @throws RejectedError */
  #verify(delivery: Delivery, route: Route): MaybePromise<WebhookResponse> {
    const verified = route.source.verify(delivery, delivery.receivedAt);
    return verified instanceof Promise
      ? verified.then((one) => this.#redact(one, route))
      : this.#redact(verified, route);
  }

  #redact(verified: Verified, route: Route): MaybePromise<WebhookResponse> {
    const clean = redacted(verified, route);
    return clean instanceof Promise
      ? clean.then((one) => this.#storeAndAcknowledge(one, route))
      : this.#storeAndAcknowledge(clean, route);
  }

  #storeAndAcknowledge(verified: Verified, route: Route): MaybePromise<WebhookResponse> {
    const { delivery } = verified;
    const copyKeys: string[] = [];
    const result = this.#decodeAndStore(verified, route, copyKeys);
    return result instanceof Promise
      ? result.then((settled) => this.#acknowledge(delivery, route, settled, copyKeys))
      : this.#acknowledge(delivery, route, result, copyKeys);
  }

  /**
   * Decodes, validates, deduplicates and stores what was verified. What cannot be decoded is acknowledged too.
   *
   * @param copyKeys gets the keys of the deliveries whose equal bodies are copies until the response is sent
   */
  readonly #decodeAndStore = (
    verified: Verified,
    route?: Route,
    copyKeys: string[] = [],
  ): MaybePromise<ReceiveResult> => {
    const { apps, copiesWithoutId, store } = this.#options;
    let events: readonly Decoded[];
    try {
      // Not every copy has the event's id: the content hash then identifies it.
      const contents = copiesWithoutId || verified.delivery.source === "backfill";
      const { source: { read } = {}, parse, backfill } = route ?? {};
      events = decode(verified, { contents, rewritten: backfill !== undefined, apps, read, parse });
    } catch (error) {
      return store.deadLetter(verified, asDecodeError(error));
    }
    return store.storeAll(verified, events, route, copyKeys);
  };

  #acknowledge(
    delivery: Delivery,
    route: Route,
    result: ReceiveResult,
    copyKeys: readonly string[],
  ): MaybePromise<WebhookResponse> {
    const { responses, doneWaits } = this.#options;
    this.#reportOutcome(delivery, route.source.provider, result);
    if (isNotStored(result)) return responses.unavailable(delivery, result);
    // What is not done is delivered again: that is a copy too.
    return doneWaits === undefined
      ? this.#respond(delivery, route, result, copyKeys)
      : chain(
          doneWaits.response(delivery),
          (notDone) => notDone ?? this.#respond(delivery, route, result, copyKeys),
        );
  }

  #respond(
    delivery: Delivery,
    route: Route,
    result: Exclude<ReceiveResult, NotStored>,
    copyKeys: readonly string[],
  ): MaybePromise<WebhookResponse> {
    const { responses, store } = this.#options;
    const response = responses.answer(route, delivery, result);
    return copyKeys.length === 0
      ? response
      : chain(response, (made) => store.copies.untilSent(made, copyKeys));
  }

  #handshake({ http }: Delivery, { source }: Route, response: WebhookResponse): WebhookResponse {
    const { provider } = source;
    this.#options.events.send({ type: "webhook.handshake", provider, path: http?.path ?? "" });
    return response;
  }

  #reject({ http }: Delivery, thrown: unknown): WebhookResponse {
    if (!(thrown instanceof RejectedError)) throw thrown;
    this.#options.events.send(rejectedEvent(http, thrown));
    return rejected(thrown.status);
  }

  /** A frame of the WebSocket. Resolves when its event is stored. */
  readonly webSocket = (delivery: Delivery): MaybePromise<void> =>
    chain(this.#inOrder(markVerified(delivery, platformOrigin)), () => undefined);

  /** An event of the platform's log. Resolves when it is stored: true where it was not known before, or cannot be decoded. */
  readonly backfill = (delivery: Delivery): MaybePromise<boolean> =>
    this.#inOrder(markVerified(delivery, platformOrigin));

  /** An event that its sender lists, or hands out when it is asked. Resolves when it is stored: true where it is new. */
  readonly listed = (
    delivery: Delivery,
    facts: ListedFacts,
    route: Route | undefined,
  ): MaybePromise<boolean> => {
    const listed = markVerified(delivery, listedOrigin(delivery, facts));
    const receive = (event: Verified) => {
      try {
        const result = this.#decodeAndStore(event, route);
        return result instanceof Promise ? result.catch((thrown) => this.#passOver(facts, thrown)) : result;
      } catch (thrown) {
        return this.#passOver(facts, thrown);
      }
    };
    return chain(redacted(listed, route), (verified) => this.#inOrder(verified, receive));
  };

  /** The route rejects the event (`onInvalid`). A webhook's sender gets a 400; a list is read on without it. */
  #passOver({ path }: ListedFacts, thrown: unknown): ReceiveResult {
    if (!(thrown instanceof RejectedError)) throw thrown;
    this.#options.events.send({ ...rejectedEvent(undefined, thrown), path: path ?? "", route: path });
    return "rejected";
  }

  /**
   * These transports do not send again: what the inbox does not store waits here and is offered again, in order.
   *
   * @returns whether it was not known before
   */
  #inOrder(
    verified: Verified,
    receive: (verified: Verified) => MaybePromise<ReceiveResult> = this.#decodeAndStore,
  ): MaybePromise<boolean> {
    const result = this.#options.inOrder.run(verified, receive);
    if (!(result instanceof Promise)) return this.#reportIsNew(verified, result);
    return result.then(
      (settled) => this.#reportIsNew(verified, settled),
      (thrown: unknown) => {
        // The listener stops while the inbox is full.
        this.#reportIsNew(verified, unstored);
        throw thrown;
      },
    );
  }

  /** @returns whether it was not known before */
  #reportIsNew({ delivery, origin }: Verified, result: ReceiveResult): boolean {
    this.#reportOutcome(delivery, origin.provider, result);
    return isNew(result);
  }

  /** Tells the outcome to what watches the delivery. What is rejected has its listener event. */
  #reportOutcome(delivery: Delivery, provider: string, result: ReceiveResult): void {
    if (result === "rejected") return;
    const outcome = isNotStored(result) ? "unavailable" : result;
    if (delivery.watch !== undefined) delivery.watch.outcome = outcome;
    this.#options.delivered?.(delivery.source, provider, outcome);
  }
}

/** What is decoded and stored has no credential of the sender. Few senders send one in the body. */
function redacted(verified: Verified, route: Route | undefined): MaybePromise<Verified> {
  const members = route?.source.credentialMembers;
  return members === undefined ? verified : withoutCredentials(verified, members);
}

/** The origin of an event whose sender was asked for it, with the credentials of its API: it needs no signature. */
function listedOrigin({ body }: Delivery, facts: ListedFacts): Origin {
  const { provider, path, id, idSigned = false, eventName, at } = facts;
  return {
    provider,
    signed: true,
    route: path,
    messageId: id,
    eventName,
    sentAt: at,
    digest: id !== undefined && idSigned ? undefined : sha256Hex(body),
  };
}
