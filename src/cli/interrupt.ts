import { exitCodes } from "./exit-codes.js";

/** Why a command is to end before it is done. */
export interface Interrupt {
  /** Aborted at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** What the process ends with because of it; `undefined` where there was none. */
  code(): (typeof exitCodes)["interrupted" | "terminated" | "hungUp"] | undefined;
  /** The same as Ctrl-C, for a prompt that reads the keys itself. */
  raise(): void;
  /** Takes the handlers off. */
  off(): void;
}

/** Turns the first signal into an abort, so that a command can finish what it has begun; a second one ends at once. */
export function onInterrupt(host: NodeJS.Process): Interrupt {
  const controller = new AbortController();
  let code: ReturnType<Interrupt["code"]>;
  const take = (taken: typeof code & number) => () => {
    if (code !== undefined) host.exit(taken);
    code = taken;
    controller.abort();
  };
  const onInt = take(exitCodes.interrupted);
  const onTerm = take(exitCodes.terminated);
  const onHup = take(exitCodes.hungUp);
  host.on("SIGINT", onInt);
  host.on("SIGTERM", onTerm);
  host.on("SIGHUP", onHup);
  return {
    signal: controller.signal,
    code: () => code,
    raise: onInt,
    off() {
      host.off("SIGINT", onInt);
      host.off("SIGTERM", onTerm);
      host.off("SIGHUP", onHup);
    },
  };
}
