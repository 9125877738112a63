import { chain, type MaybePromise } from "../../base/maybe-promise.js";
import { textContent } from "../../verify/content.js";
import { settled } from "../../verify/handshake.js";
import { tokenKey } from "../../verify/keys.js";
import type { Key } from "../../verify/platform.js";
import { unproved } from "../../verify/refuse.js";
import { thisPlatform } from "../../verify/this-platform.js";

/**
 * Hands over the first secret that a set-up request brings, and no other one. Such a request is not signed, so a
 * stranger could otherwise hand over secrets for as long as the source exists. The same secret again is a
 * sender's retry: it is answered, and not handed over twice.
 *
 * @param handOver the user's function; where it throws or rejects, the next request counts as the first
 * @returns takes a secret; throws RejectedError ERR_SIGNATURE_MISSING for another than the first
 */
export function firstOnly(
  provider: string,
  option: string,
  handOver: (secret: string) => unknown,
): (secret: string) => MaybePromise<void> {
  let first: { readonly key: Key; handed: MaybePromise<void> } | undefined;
  return (secret) => {
    if (first !== undefined) {
      const { key, handed } = first;
      return chain(key.matches(textContent(secret), []), (same) => {
        if (same) return handed;
        throw unproved(
          "ERR_SIGNATURE_MISSING",
          `${provider}: a set-up request came after \`${option}\` had its secret. To set up another webhook, start again or use another route.`,
        );
      });
    }
    const taken = {
      key: tokenKey(provider, secret, thisPlatform()),
      handed: undefined as MaybePromise<void>,
    };
    const failed = (error: unknown): never => {
      first = undefined;
      throw error;
    };
    // Taken before the user's function runs: two strangers at one time are not both the first.
    first = taken;
    try {
      const handed = settled(handOver(secret));
      taken.handed = handed instanceof Promise ? handed.catch(failed) : handed;
      return taken.handed;
    } catch (error) {
      return failed(error);
    }
  };
}

/** Says, when a source is made, that its set-up is still open although it has its secret. */
export function warnOfOpenSetUp(provider: string, option: string): void {
  globalThis.process?.emitWarning?.(
    `${provider}: both \`secrets\` and \`${option}\` are given. Anybody can send a set-up request: remove \`${option}\` once the webhook is set up.`,
    "EarshotWarning",
  );
}
