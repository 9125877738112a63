import { follow, handleThrown } from "./foreign-promise.js";
import { describe, warn } from "./warning.js";

/**
 * A user's `onWarning`, made safe: what it throws, or rejects with, ends neither the process nor what warns. It becomes
 * a process warning.
 */
export function safeWarning<Warning extends Error>(
  given: (warning: Warning) => unknown,
): (warning: Warning) => void {
  const failed = (thrown: unknown) => {
    handleThrown(thrown);
    warn(`\`onWarning\` threw: ${describe(thrown)}`);
  };
  return (warning) => {
    try {
      follow(given(warning)).catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  };
}
