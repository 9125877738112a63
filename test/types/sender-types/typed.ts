import type { SenderEventName, SenderPayloadOf, TriggerListener } from "earshot";
import type {} from "earshot/types/github";
import type {} from "earshot/types/slack";
import type {} from "earshot/types/stripe";
import { expectTypeOf } from "expect-type";

declare module "earshot" {
  interface SenderEvents {
    acme: { "order.placed": { orderId: string } };
  }
}

declare const listener: TriggerListener;

listener.callback({ provider: "github", triggerName: "pull_request.opened" }, (event) => {
  expectTypeOf(event.triggerName).toEqualTypeOf<"pull_request.opened">();
  expectTypeOf(event.payload.action).toEqualTypeOf<"opened">();
  expectTypeOf(event.payload.pull_request.number).toEqualTypeOf<number>();
  // @ts-expect-error misspelt
  event.payload.pullRequest;
});

// An event without actions has its own name.
listener.callback({ provider: "github", triggerName: "push" }, ({ payload }) => {
  expectTypeOf(payload.ref).toEqualTypeOf<string>();
  expectTypeOf(payload.commits[0]?.id).toEqualTypeOf<string | undefined>();
});

listener.callback(
  { provider: "github", triggerName: ["issues.opened", "issue_comment.created"] },
  (event) => {
    if (event.triggerName === "issue_comment.created") return event.payload.comment.body.trim();
    // @ts-expect-error the other's
    event.payload.comment;
    return event.payload.issue.title;
  },
);

// What the types do not know is a record of unknown values, and compiles.
listener.callback({ provider: "github", triggerName: "pull_request.not_known" }, ({ payload }) => {
  expectTypeOf(payload.action).toEqualTypeOf<unknown>();
});
listener.callback({ provider: "github" }, ({ payload, triggerName }) => {
  expectTypeOf(payload.action).toEqualTypeOf<unknown>();
  expectTypeOf(triggerName).toEqualTypeOf<string>();
});

listener.callback({ provider: "stripe", triggerName: "invoice.paid" }, ({ payload }) => {
  expectTypeOf(payload.type).toEqualTypeOf<"invoice.paid">();
  expectTypeOf(payload.data.object.object).toEqualTypeOf<"invoice">();
  expectTypeOf(payload.data.object.amount_paid).toEqualTypeOf<number>();
});

listener.callback({ provider: "slack", triggerName: "reaction_added" }, ({ payload }) => {
  expectTypeOf(payload.event.reaction).toEqualTypeOf<string>();
  expectTypeOf(payload.team_id).toEqualTypeOf<string>();
});

// The payload's part of a filter is checked against the sender's types.
listener.callback(
  { provider: "github", triggerName: "pull_request.opened", payload: { pull_request: { draft: false } } },
  ({ payload }) => payload.number,
);
listener.callback(
  {
    provider: "github",
    triggerName: "pull_request.opened",
    // @ts-expect-error misspelt
    payload: { pull_request: { drafft: false } },
  },
  () => undefined,
);
listener.callback(
  {
    provider: "stripe",
    triggerName: "invoice.paid",
    payload: { data: { object: { amount_paid: { $gt: 100 } } } },
  },
  () => undefined,
);

// A sender of one's own, several senders, and the platform beside them.
listener.callback({ provider: "acme", triggerName: "order.placed" }, ({ payload }) => {
  expectTypeOf(payload).toEqualTypeOf<{ orderId: string }>();
});
listener.callback(
  { provider: ["acme", "stripe"], triggerName: ["order.placed", "invoice.paid"] },
  (event) => {
    if ("orderId" in event.payload) expectTypeOf(event.payload.orderId).toBeUnknown();
  },
);
listener.callback({ provider: "composio", triggerName: "GITHUB_STAR_ADDED_EVENT" }, ({ payload }) => {
  expectTypeOf(payload.starred_by).toEqualTypeOf<string>();
});
declare const fromEnvironment: string | undefined;
listener.callback({ provider: fromEnvironment, triggerName: "push" }, ({ payload }) => {
  expectTypeOf(payload.ref).toEqualTypeOf<unknown>();
});

export const once = async (): Promise<string> =>
  (await listener.once({ provider: "github", triggerName: "release.published" })).payload.release.tag_name;

expectTypeOf<SenderPayloadOf<"github", "star.created">["sender"]["login"]>().toEqualTypeOf<string>();
expectTypeOf<"pull_request.opened" extends SenderEventName<"github"> ? true : false>().toEqualTypeOf<true>();
expectTypeOf<"pull_request" extends SenderEventName<"github"> ? true : false>().toEqualTypeOf<false>();
