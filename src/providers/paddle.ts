import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import type { EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

export const paddleScheme: Scheme = {
  provider: "paddle",
  signature: {
    form: "fields",
    header: "paddle-signature",
    separator: ";",
    signature: "h1",
    time: "ts",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
  signed: "{time}:{body}",
  time: { field: true, unit: "s" },
  toleranceMs: 5_000,
  bodyId: true,
};

export const paddleEvents: EventFormat = {
  read: (body) => ({
    name: textField(body.event_type),
    id: textField(body.event_id),
    at: dateOf(body.occurred_at),
  }),
};

/**
 * Paddle Billing: the notification destination's secret key. Five seconds are allowed, both ways: keep the
 * machine's clock right, or give `toleranceMs`.
 */
export const paddle = sender({
  title: "Paddle",
  docs: "https://developer.paddle.com/webhooks/signature-verification",
  checked: "@paddle/paddle-node-sdk",
  setup: "Developer tools › Notifications: a destination with the URL; its secret key.",
  identity: "body's `event_id`",
  scheme: paddleScheme,
  events: paddleEvents,
});
