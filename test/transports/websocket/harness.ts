import { onTestFinished } from "vitest";
import { type Clock, systemClock } from "../../../src/base/clock.js";
import type { EarshotError } from "../../../src/base/errors.js";
import type { ListenerEvent, ListenerEventOf, ListenerEventType } from "../../../src/base/listener-events.js";
import type { Delivery } from "../../../src/model/delivery.js";
import type { Gap } from "../../../src/transports/backfill/gap.js";
import type { SubscriberOptions } from "../../../src/transports/websocket/options.js";
import { SharedConnections } from "../../../src/transports/websocket/shared-connection.js";
import { Subscriber } from "../../../src/transports/websocket/subscriber.js";
import { accessTo } from "../../support/pusher-server/access.js";
import { type PusherServer, startPusherServer } from "../../support/pusher-server/server.js";

/** A subscriber under test, and everything it reported. */
export interface Subject {
  readonly socket: Subscriber;
  readonly reports: ListenerEvent[];
  readonly deliveries: Delivery[];
  readonly gaps: Gap[];
  readonly fatal: EarshotError[];
  readonly bodies: () => readonly (string | Uint8Array)[];
  readonly told: <Type extends ListenerEventType>(type: Type) => ListenerEventOf<Type>[];
}

/** A server that stops with the test. */
export async function aServer(options?: Parameters<typeof startPusherServer>[0]): Promise<PusherServer> {
  const server = await startPusherServer(options);
  onTestFinished(() => server.stop());
  return server;
}

/** A subscriber that stops with the test. Pauses are 0 unless `backoff` says otherwise. */
export function aSubscriber(server: PusherServer, options: Partial<SubscriberOptions> = {}): Subject {
  const reports: ListenerEvent[] = [];
  const deliveries: Delivery[] = [];
  const gaps: Gap[] = [];
  const fatal: EarshotError[] = [];
  const socket = new Subscriber(new SharedConnections(), "test", {
    access: accessTo(server),
    clock: systemClock as Clock,
    backoff: { baseMs: 0, capMs: 0 },
    send: (report) => reports.push(report),
    onDelivery: (delivery) => {
      deliveries.push(delivery);
    },
    onGap: (gap) => gaps.push(gap),
    onFatal: (error) => fatal.push(error),
    ...options,
  });
  onTestFinished(() => socket.stop());
  return {
    socket,
    reports,
    deliveries,
    gaps,
    fatal,
    bodies: () => deliveries.map(({ body }) => body),
    told: <Type extends ListenerEventType>(type: Type) =>
      reports.filter((report): report is ListenerEventOf<Type> => report.type === type),
  };
}

/** Waits until a condition holds, and fails where it does not within the limit. */
export async function until(what: string, holds: () => boolean, limitMs = 5000): Promise<void> {
  const end = performance.now() + limitMs;
  for (let turn = 0; !holds(); turn += 1) {
    if (performance.now() > end) throw new Error(`it did not come about within ${limitMs} ms: ${what}`);
    // Most come about within a few turns of the loop; the others need not be asked for at every one.
    if (turn < 100) await new Promise((resolve) => setImmediate(resolve));
    else await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
