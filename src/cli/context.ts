import { exitCodes } from "./exit-codes.js";
import type { Io } from "./terminal/io.js";

/** Passed to every command. */
export interface Context {
  readonly io: Io;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interrupt: Interrupt;
  /** Aborted when the command must end: it was interrupted, or the reader of stdout is gone. */
  readonly ending: AbortSignal;
}

/** Default address of `earshot dev`. */
export const LOCAL_PORT = 4747;
export const LOCAL_URL = `http://127.0.0.1:${LOCAL_PORT}`;

/** The process's first termination signal. */
export interface Interrupt {
  /** Aborted at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Exit code of that signal; `undefined` before one arrives. */
  code(): (typeof exitCodes)["interrupted" | "terminated" | "hungUp"] | undefined;
  /** Same effect as Ctrl-C, for a prompt that reads keys itself. */
  raise(): void;
  /** Removes the signal handlers. */
  off(): void;
}

type SignalHandler = () => void;

/** What receives the signals: a process. */
export interface InterruptHost {
  on(signal: NodeJS.Signals, handler: SignalHandler): unknown;
  off(signal: NodeJS.Signals, handler: SignalHandler): unknown;
  exit(code: number): void;
}

/** Turns the first signal into an abort, so that a command can finish work in progress. A second signal exits at once. */
export function onInterrupt(host: InterruptHost): Interrupt {
  const controller = new AbortController();
  let first: ReturnType<Interrupt["code"]>;
  const handler = (code: typeof first & number) => () => {
    if (first !== undefined) host.exit(code);
    first = code;
    controller.abort();
  };
  const onInt = handler(exitCodes.interrupted);
  const onTerm = handler(exitCodes.terminated);
  const onHup = handler(exitCodes.hungUp);
  host.on("SIGINT", onInt);
  host.on("SIGTERM", onTerm);
  host.on("SIGHUP", onHup);
  return {
    signal: controller.signal,
    code: () => first,
    raise: onInt,
    off() {
      host.off("SIGINT", onInt);
      host.off("SIGTERM", onTerm);
      host.off("SIGHUP", onHup);
    },
  };
}
