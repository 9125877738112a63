import { EarshotError, messageOf } from "../../base/errors.js";
import type { SocketSettings } from "./options.js";

/** Calls a function of the owner's; what it throws or rejects with must not end the loop, nor the process. */
export function hand({ send }: Pick<SocketSettings, "send">, name: string, call: () => unknown): void {
  const onThrow = (what: string, error: unknown) => {
    const message = `${name} ${what}: ${messageOf(error)}`;
    send({ type: "warning", error: new EarshotError("ERR_GAP", message, { cause: error }) });
  };
  try {
    const result = call();
    // An async function is taken where a function is asked for.
    if (result instanceof Promise) result.catch((error: unknown) => onThrow("rejected", error));
  } catch (error) {
    onThrow("threw", error);
  }
}

/**
 * Wraps the owner's `send`: what it throws or rejects with becomes a warning of the process, for there is nowhere
 * else to report it.
 */
export function safeSend(send: SocketSettings["send"]): SocketSettings["send"] {
  const onThrow = (error: unknown) => {
    globalThis.process?.emitWarning?.(
      `A report could not be delivered: ${messageOf(error)}`,
      "EarshotWarning",
    );
  };
  return (report) => {
    try {
      const result: unknown = send(report);
      if (result instanceof Promise) result.catch(onThrow);
    } catch (error) {
      onThrow(error);
    }
  };
}
