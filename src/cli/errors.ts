import { CommanderError } from "commander";
import { isLoopbackUrl } from "../base/loopback.js";
import type { ApiError, EarshotError, ErrorCode } from "../index.js";
import { type Context, LOCAL_URL } from "./context.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./terminal/io.js";
import { sanitize } from "./terminal/sanitize.js";

/** A command line that is invalid although commander accepted it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** No response from a local platform's URL. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
  readonly url: string;

  constructor(url: string, reason: string) {
    super(`No response from ${url} (${reason}).`);
    this.url = url;
  }
}

/** The local platform rejected a request; the message is its own. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly suggestion: string | undefined;

  /** @param code the library's code of the error, where the local platform says it */
  constructor(message: string, suggestion?: string, code?: unknown) {
    super(message);
    this.suggestion = commandFor.get(code as ErrorCode) ?? suggestion;
  }
}

/** The message of an error; a thrown value that is not an error, as text. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

const exitCodeOf: ReadonlyMap<ErrorCode, ExitCode> = new Map([
  ["ERR_OPTION", exitCodes.usage],
  ["ERR_KEY_MISSING", exitCodes.usage],
  ["ERR_FILTER", exitCodes.usage],
  ["ERR_NO_TRANSPORT", exitCodes.usage],
  ["ERR_SECRET_MISSING", exitCodes.usage],
  ["ERR_NETWORK", exitCodes.unreachable],
  ["ERR_TIMEOUT", exitCodes.unreachable],
  ["ERR_UNAUTHORIZED", exitCodes.unauthorized],
]);

/** The command that solves an error, where the library suggests a call. */
const commandFor: ReadonlyMap<ErrorCode, string> = new Map([
  ["ERR_TRIGGER_UNKNOWN", "List the names: `earshot triggers ls`."],
  [
    "ERR_TRIGGER_CONFIG",
    "List its config fields: `earshot triggers show NAME`. Set them with --config key=value.",
  ],
  ["ERR_TRIGGER_NOT_ENABLED", "Enable it first: `earshot triggers enable NAME`."],
  ["ERR_APP_UNKNOWN", "The column APP of `earshot triggers ls` has the names."],
  ["ERR_TOOL_UNKNOWN", "List the names: `earshot tools ls`."],
  [
    "ERR_ACCOUNT_NONE",
    "Connect one: `earshot connect APP`, with --entity for another entity than `default`.",
  ],
  ["ERR_ACCOUNT_FAILED", "Run `earshot connect` again: the person denied it, or the page has expired."],
  ["ERR_ACCOUNT_AMBIGUOUS", "Choose one of the listed accounts with --account."],
]);

/**
 * Prints on stderr what failed, where, and what to do.
 *
 * @returns the exit code for the process
 */
export async function reportError(
  thrown: unknown,
  { io, env }: Pick<Context, "io" | "env">,
): Promise<ExitCode> {
  // Commander has printed it already.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const print = (message: string, suffix = "") => {
    // A message with several problems has a line for each.
    io.note(`${io.err.red("error:")} ${message.split("\n").map(sanitize).join("\n")}${io.err.dim(suffix)}`);
  };
  if (thrown instanceof UsageError) {
    print(thrown.message);
    return exitCodes.usage;
  }
  if (thrown instanceof UnreachableError) {
    print(thrown.message);
    io.note(startHint(thrown.url));
    return exitCodes.unreachable;
  }
  if (thrown instanceof ControlError) {
    print(thrown.message);
    if (thrown.suggestion !== undefined) io.note(`  ${sanitize(thrown.suggestion)}`);
    return exitCodes.failure;
  }
  if (!isEarshotError(thrown)) {
    // A bug: the stack is needed to find it.
    print(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    return exitCodes.failure;
  }
  // Also the code where a person took too long, such as one who connects an account: the platform is reachable then.
  const isLate = thrown.code === "ERR_TIMEOUT" && thrown.name !== "ApiError";
  const code = isLate ? exitCodes.failure : (exitCodeOf.get(thrown.code) ?? exitCodes.failure);
  print(thrown.message, ` (${thrown.code})`);
  // Most messages of the platform's errors have it, beside what the platform suggests.
  const { requestId } = thrown;
  if (requestId !== undefined && !thrown.message.includes(requestId)) {
    io.note(io.err.dim(`  request ${sanitize(requestId)}`));
  }
  io.note(`  ${commandFor.get(thrown.code) ?? thrown.solution}`);
  if (thrown.code === "ERR_KEY_MISSING") io.note(keyHint);
  if (code === exitCodes.unreachable) suggestStart(io, env.COMPOSIO_BASE_URL);
  return code;
}

/** By shape, not by class: the bundle of `earshot dev` has its own copy of the class. */
function isEarshotError(thrown: unknown): thrown is EarshotError & Pick<Partial<ApiError>, "requestId"> {
  return thrown instanceof Error && "solution" in thrown && "code" in thrown;
}

/** Prints the command that starts the local platform, if the URL is on this machine. */
export function suggestStart(io: Io, url: string | undefined): void {
  if (url !== undefined && isLoopbackUrl(url)) io.note(startHint(url));
}

function startHint(url: string): string {
  const { port } = new URL(url);
  const option = port === "" ? "" : ` --port ${port}`;
  return `
Is the local platform running? Start it in another terminal:

  earshot dev${option}
`;
}

const keyHint = `
Store an API key with \`earshot login\`. For the local platform (\`earshot dev\`), run:

  export COMPOSIO_BASE_URL=${LOCAL_URL}
  export COMPOSIO_API_KEY=local
`;
