import { EarshotError, messageOf } from "../../errors.js";
import type { SocketSettings } from "./options.js";

/** Calls a function of the owner's; what it throws must not end the loop, nor the process. */
export function hand({ send }: Pick<SocketSettings, "send">, name: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    const message = `${name} threw: ${messageOf(error)}`;
    send({ type: "warning", error: new EarshotError("ERR_GAP", message, { cause: error }) });
  }
}
