import type { CatalogTriggers } from "../generated/trigger-types/index.js";
import type { AccountEvents } from "./account-events.js";
import type { TriggerEvent } from "./event.js";
import type { JsonObject } from "./json.js";
import type { KnownNameOf, MemberOf } from "./known-name.js";

/** What the types know of one trigger. */
export interface TriggerTypes {
  readonly config: object;
  readonly payload: object;
}

/**
 * Trigger name → its config and payload. The triggers of the built-in catalog are here; add your own, in a
 * file that is a module: one with an `import` or an `export`. In any other file the same lines would take the
 * package's types away instead of adding to them.
 *
 * @example
 * declare module "earshot" {
 *   interface TriggerMap {
 *     ACME_ORDER_PLACED: { config: { shop: string }; payload: { orderId: string } };
 *   }
 * }
 *
 * export {};
 */
// This reaches the users' declarations by way of the bundled ones, where the interface lives in a chunk and
// `earshot` only exports it: TypeScript adds to the interface that an export stands for, as long as it is
// exported under its own name. test/types/installed.test.ts builds the package and holds that.
export interface TriggerMap extends CatalogTriggers {}

/**
 * Trigger name → its config and payload, as your platform describes them: what `earshot types` writes. Where a
 * name is in both, this counts, so that it need not agree with {@link TriggerMap}.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface PlatformTriggers {}

type KnownName = keyof TriggerMap | keyof PlatformTriggers | keyof AccountEvents;

/** A name the types know, offered by the editor; any other string is fine too. */
export type TriggerName = KnownName | (string & Record<never, never>);

type NameOf<Name extends string> = KnownNameOf<Name, KnownName>;

type TypesOf<Name> = Name extends keyof PlatformTriggers
  ? PlatformTriggers[Name]
  : Name extends keyof TriggerMap
    ? TriggerMap[Name]
    : Name extends keyof AccountEvents
      ? AccountEvents[Name]
      : unknown;

/**
 * The payload of a trigger: its own type where the types know its name, as it is or in upper case; a record of
 * `unknown` where they do not.
 */
export type PayloadOf<Name extends string> = Name extends string
  ? [NameOf<Name>] extends [never]
    ? JsonObject
    : MemberOf<TypesOf<NameOf<Name>>, "payload">
  : never;

/** The config of a trigger, in the same way. */
export type ConfigOf<Name extends string> = Name extends string
  ? [NameOf<Name>] extends [never]
    ? JsonObject
    : MemberOf<TypesOf<NameOf<Name>>, "config">
  : never;

/** The event of a trigger. For a union of names, a union of events that `triggerName` tells apart. */
export type EventOf<Name extends string> = Name extends string
  ? TriggerEvent<PayloadOf<Name>, [NameOf<Name>] extends [never] ? Name : NameOf<Name>>
  : never;
