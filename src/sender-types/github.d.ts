/**
 * The payloads of GitHub's events, as `@octokit/webhooks-types` has them. Install it beside this package.
 *
 * @example
 * import type {} from "earshot/types/github";
 *
 * listener.callback({ provider: "github", triggerName: "pull_request.opened" }, ({ payload }) => payload.pull_request.title);
 */

import type { EventPayloadMap } from "@octokit/webhooks-types";

/**
 * Without the package, everything in it is `any`: then there are no names, and a payload is a record of unknown values.
 * In brackets, since a condition on what was not found is `any` again.
 */
type IsMissing<Type> = [Type] extends [0] ? ([Type] extends [1] ? true : false) : false;

/** An event with an action has both in its name: `pull_request.opened`. */
type NameOf<Event extends string, Payload> = Payload extends { action: infer Action extends string }
  ? `${Event}.${Action}`
  : Event;

type Names = { [Event in keyof EventPayloadMap & string]: NameOf<Event, EventPayloadMap[Event]> }[
  keyof EventPayloadMap & string];

type PayloadOf<Name extends string> = Name extends `${infer Event extends keyof EventPayloadMap & string}.${infer Action}`
  ? Extract<EventPayloadMap[Event], { action: Action }>
  : Name extends keyof EventPayloadMap
    ? EventPayloadMap[Name]
    : never;

/** Name of the event → its payload. */
export type GithubEvents = IsMissing<EventPayloadMap> extends true ? {} : { readonly [Name in Names]: PayloadOf<Name> };

declare module "earshot" {
  interface SenderEvents {
    github: GithubEvents;
  }
}
