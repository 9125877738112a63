import { TriggerListener } from "earshot";
import type {} from "earshot/types/github";
import type {} from "earshot/types/slack";
import type {} from "earshot/types/stripe";

const listener = new TriggerListener({ webhook: {} });

// Not any: a member of it is unknown.
for (const [provider, triggerName] of [
  ["github", "pull_request.opened"],
  ["stripe", "invoice.paid"],
  ["slack", "reaction_added"],
] as const) {
  listener.callback({ provider, triggerName }, ({ payload }) => {
    const value: unknown = payload.anything;
    // @ts-expect-error unknown is no text
    const wrong: string = payload.anything;
    return [value, wrong];
  });
}
