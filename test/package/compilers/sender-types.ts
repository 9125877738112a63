import { TriggerListener } from "earshot";
import type {} from "earshot/types/github";
import type {} from "earshot/types/slack";
import type {} from "earshot/types/stripe";

const listener = new TriggerListener({ webhook: {} });

listener.callback({ provider: "github", triggerName: "pull_request.opened" }, ({ payload }) => {
  const title: string = payload.pull_request.title;
  // @ts-expect-error a text is no number: the payload is typed
  const wrong: number = payload.pull_request.title;
  return [title, wrong];
});
listener.callback({ provider: "stripe", triggerName: "invoice.paid" }, ({ payload }) => {
  const paid: number = payload.data.object.amount_paid;
  // @ts-expect-error a number is no text
  const wrong: string = payload.data.object.amount_paid;
  return [paid, wrong];
});
listener.callback({ provider: "slack", triggerName: "reaction_added" }, ({ payload }) => {
  const reaction: string = payload.event.reaction;
  // @ts-expect-error a text is no number
  const wrong: number = payload.event.reaction;
  return [reaction, wrong];
});
