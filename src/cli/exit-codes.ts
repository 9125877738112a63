import { CommanderError } from "commander";
import { EarshotError, type ErrorCode } from "../index.js";
import { UnreachableError, UsageError } from "./errors.js";

/** How a command ended, for the shell. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  unreachable: 3,
  unauthorised: 4,
  timeIsUp: 5,
  /** 128 and the signal's number, as shells have it. */
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The table that `earshot --help` ends with. */
export const exitCodeHelp = `Exit codes:
  0    done; for \`dev\`: stopped by a signal, cleanly
  1    failed
  2    wrong use: an option, an argument or an environment variable
  3    nothing answers at the platform's URL
  4    the platform refuses the API key
  5    \`listen --for\` was over before \`--max-events\` had come
  130  interrupted by Ctrl-C (SIGINT)
  143  terminated (SIGTERM)`;

const byError: ReadonlyMap<ErrorCode, ExitCode> = new Map([
  ["ERR_OPTION", exitCodes.usage],
  ["ERR_KEY_MISSING", exitCodes.usage],
  ["ERR_FILTER", exitCodes.usage],
  ["ERR_NO_TRANSPORT", exitCodes.usage],
  ["ERR_SECRET_MISSING", exitCodes.usage],
  ["ERR_NETWORK", exitCodes.unreachable],
  ["ERR_TIMEOUT", exitCodes.unreachable],
  ["ERR_UNAUTHORIZED", exitCodes.unauthorised],
]);

/** Which code a failure ends the process with. */
export function exitCodeOf(thrown: unknown): ExitCode {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (thrown instanceof UsageError) return exitCodes.usage;
  if (thrown instanceof UnreachableError) return exitCodes.unreachable;
  if (thrown instanceof EarshotError) return byError.get(thrown.code) ?? exitCodes.failure;
  return exitCodes.failure;
}
