import { CommanderError } from "commander";
import { isLoopbackUrl } from "../base/loopback.js";
import type { ApiError, EarshotError, ErrorCode } from "../index.js";
import { type Context, LOCAL_URL } from "./context.js";
import { ControlError, UnreachableError, UsageError } from "./errors.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./terminal/io.js";
import { plain } from "./terminal/sanitize.js";

const byError: ReadonlyMap<ErrorCode, ExitCode> = new Map([
  ["ERR_OPTION", exitCodes.usage],
  ["ERR_KEY_MISSING", exitCodes.usage],
  ["ERR_FILTER", exitCodes.usage],
  ["ERR_NO_TRANSPORT", exitCodes.usage],
  ["ERR_SECRET_MISSING", exitCodes.usage],
  ["ERR_NETWORK", exitCodes.unreachable],
  ["ERR_TIMEOUT", exitCodes.unreachable],
  ["ERR_UNAUTHORIZED", exitCodes.unauthorized],
]);

/** What to type, where the library's own advice is a call. */
const commandFor: ReadonlyMap<ErrorCode, string> = new Map([
  ["ERR_TRIGGER_UNKNOWN", "`earshot triggers ls` lists the names."],
  [
    "ERR_TRIGGER_CONFIG",
    "`earshot triggers show NAME` tells what its config takes; --config key=value sets it.",
  ],
  ["ERR_TRIGGER_NOT_ENABLED", "Enable it first: `earshot triggers enable NAME`."],
  ["ERR_ACCOUNT_AMBIGUOUS", "Say which with --account; the message lists them."],
]);

/**
 * Says on stderr what went wrong, where, and what to do.
 *
 * @returns what the process is to end with
 */
export async function explain(thrown: unknown, { io, env }: Pick<Context, "io" | "env">): Promise<ExitCode> {
  // Commander has said it already.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const say = (message: string, aside = "") => {
    // Messages that name several problems have a line for each.
    io.note(`${io.err.red("error:")} ${message.split("\n").map(plain).join("\n")}${io.err.dim(aside)}`);
  };
  if (thrown instanceof UsageError) {
    say(thrown.message);
    return exitCodes.usage;
  }
  if (thrown instanceof UnreachableError) {
    say(thrown.message);
    io.note(startHint(thrown.url));
    return exitCodes.unreachable;
  }
  if (thrown instanceof ControlError) {
    say(thrown.message);
    if (thrown.suggestion !== undefined) io.note(`  ${plain(thrown.suggestion)}`);
    return exitCodes.failure;
  }
  if (!isOurs(thrown)) {
    // Not on purpose: whoever looks into it needs the stack.
    say(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    return exitCodes.failure;
  }
  const code = byError.get(thrown.code) ?? exitCodes.failure;
  say(thrown.message, ` (${thrown.code})`);
  showAdvice(thrown, io);
  io.note(`  ${commandFor.get(thrown.code) ?? thrown.solution}`);
  if (thrown.code === "ERR_KEY_MISSING") io.note(keyHint);
  if (code === exitCodes.unreachable) hintAtStart(io, env);
  return code;
}

/** The library's own error, whichever copy of it threw: `earshot dev` has a platform of its own in its files. */
function isOurs(
  thrown: unknown,
): thrown is EarshotError & Pick<Partial<ApiError>, "suggestion" | "requestId"> {
  return thrown instanceof Error && "solution" in thrown && "code" in thrown;
}

/** What the platform itself has to say. */
function showAdvice(
  { suggestion, requestId }: Pick<Partial<ApiError>, "suggestion" | "requestId">,
  io: Io,
): void {
  if (suggestion !== undefined) io.note(`  ${plain(suggestion)}`);
  if (requestId !== undefined) io.note(io.err.dim(`  request ${plain(requestId)}`));
}

/** Says what to run, where the environment names a local platform and it does not answer. */
export function hintAtStart(io: Io, env: Context["env"], url = env.COMPOSIO_BASE_URL): void {
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
Store a key with \`earshot login\`; or, with the local platform (\`earshot dev\`), say:

  export COMPOSIO_BASE_URL=${LOCAL_URL}
  export COMPOSIO_API_KEY=local
`;
