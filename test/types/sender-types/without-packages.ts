import type { TriggerListener } from "earshot";
import type {} from "earshot/types/github";
import type {} from "earshot/types/slack";
import type {} from "earshot/types/stripe";
import { expectTypeOf } from "expect-type";

declare const listener: TriggerListener;

listener.callback({ provider: "github", triggerName: "pull_request.opened" }, ({ payload }) => {
  expectTypeOf(payload.pull_request).toEqualTypeOf<unknown>();
  // @ts-expect-error not any
  payload.pull_request.trim();
});
listener.callback({ provider: "stripe", triggerName: "invoice.paid" }, ({ payload }) => {
  expectTypeOf(payload.data).toEqualTypeOf<unknown>();
  // @ts-expect-error not any
  payload.data.trim();
});
listener.callback({ provider: "slack", triggerName: "reaction_added" }, ({ payload }) => {
  expectTypeOf(payload.event).toEqualTypeOf<unknown>();
  // @ts-expect-error not any
  payload.event.trim();
});
