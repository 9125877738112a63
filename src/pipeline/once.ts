import { asError } from "../base/as-error.js";
import { EarshotError } from "../base/errors.js";
import { handle } from "../base/foreign-promise.js";
import type { ListenerEvent } from "../base/listener-events.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import type { Callback, OnceSettings } from "../callbacks/callback.js";
import { sha256Hex } from "../decode/sha256.js";
import type { Claimed, Inbox, KeyClaim } from "../inbox/contract.js";
import type { TriggerEvent } from "../model/event.js";
import { readKey } from "./entry.js";

/** What claiming keys works with. */
export interface OnceTools {
  readonly inbox: Pick<Inbox, "claimKey">;
  readonly send: (event: ListenerEvent) => void;
}

/** Whether a callback with `once` is to run. */
export type Admission =
  | { readonly state: "run"; readonly key: string | undefined }
  /** It has succeeded on another event with this key. */
  | { readonly state: "skip"; readonly shownKey: string }
  /** It runs, or waits for a retry, on another event with this key. */
  | { readonly state: "wait" }
  | { readonly state: "failed"; readonly error: unknown };

/** Asks for the key of an event. Never throws, and never rejects. */
export function admit(
  callback: Callback,
  once: OnceSettings,
  event: TriggerEvent,
  claimed: Claimed,
  { inbox, send }: OnceTools,
): MaybePromise<Admission> {
  let shownKey: string | undefined;
  try {
    shownKey = keyOf(callback, once, event);
  } catch (error) {
    handle(error);
    return { state: "failed", error };
  }
  if (shownKey === undefined) return { state: "run", key: undefined };
  const shown = shownKey;
  // Of one length, whatever the user's key is. Callbacks have their own keys.
  const key = sha256Hex(JSON.stringify([callback.name, shown]));
  const onClaim = (claim: KeyClaim): Admission => {
    if (claim === "claimed") return { state: "run", key };
    return claim === "done" ? { state: "skip", shownKey: shown } : { state: "wait" };
  };
  const onError = (thrown: unknown): Admission => {
    send({ type: "inbox.error", error: asError(thrown) });
    return { state: "wait" };
  };
  try {
    const claiming = inbox.claimKey(claimed, key);
    return claiming instanceof Promise ? claiming.then(onClaim, onError) : onClaim(claiming);
  } catch (thrown) {
    return onError(thrown);
  }
}

/** @throws EarshotError ERR_CALLBACK, and what the user's function throws */
function keyOf({ name }: Callback, { key }: OnceSettings, event: TriggerEvent): string | undefined {
  const read = readKey(key(event));
  if (read === undefined) return undefined;
  if ("text" in read && read.text !== "") return read.text;
  const what = "odd" in read ? read.odd : "an empty text";
  throw new EarshotError(
    "ERR_CALLBACK",
    `\`once\` of the callback "${name}" returned ${what}; it returns a string or a number, or undefined for an event that always runs.`,
  );
}
