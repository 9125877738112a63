import { stat } from "node:fs/promises";
import { type Command, Option } from "commander";
import type { Inbox } from "../../../index.js";
import type { Context } from "../../context.js";
import { UsageError } from "../../errors.js";
import { plain } from "../../terminal/sanitize.js";

/** Which inbox a command works on. */
export interface StoreOptions {
  readonly db?: string;
  readonly redis?: string;
  readonly prefix?: string;
}

/** Adds the options that say which inbox. */
export function storeOptions(command: Command): Command {
  return command
    .addOption(new Option("--db <file>", "the inbox in this SQLite file").conflicts(["redis", "prefix"]))
    .addOption(new Option("--redis <url>", "the inbox in this Redis: redis://… or rediss://…"))
    .option("--prefix <text>", "with --redis: what its keys begin with; default {earshot}");
}

/** The options again, for a command line that is suggested. */
export function storeWords({ db, redis, prefix }: StoreOptions): string {
  if (db !== undefined) return `--db ${plain(db)}`;
  // The URL may have a password in it.
  return `--redis ${redis === undefined ? "URL" : "…"}${prefix === undefined ? "" : ` --prefix ${plain(prefix)}`}`;
}

/**
 * Opens the inbox, works on it, and closes it again.
 *
 * @throws UsageError where no inbox is named or the file is not there; EarshotError as the inbox deserves
 */
export async function withInbox(
  options: StoreOptions,
  { io, ending }: Pick<Context, "io" | "ending">,
  use: (inbox: Inbox) => Promise<void>,
): Promise<void> {
  const made = await makeInbox(options);
  try {
    await use(await opened(made, { io, ending }));
  } finally {
    // Not waited for where it was given up: a server that does not answer would hold the end up.
    const closing = made.close();
    if (ending.aborted) closing.catch(() => undefined);
    else await closing;
  }
}

/**
 * Opens the inbox for as long as the caller needs it.
 *
 * @throws as {@link withInbox}; nothing stays open then
 */
export async function openStore(
  options: StoreOptions,
  context: Pick<Context, "io" | "ending">,
): Promise<Inbox> {
  const made = await makeInbox(options);
  try {
    return await opened(made, context);
  } catch (error) {
    await made.close().catch(() => undefined);
    throw error;
  }
}

async function opened(made: Inbox, { io, ending }: Pick<Context, "io" | "ending">): Promise<Inbox> {
  const { openInbox } = await import("../../../index.js");
  const onWarning = (error: Error) => io.note(io.err.yellow(plain(error.message)));
  return orEnding(openInbox(made, { onWarning }), ending);
}

async function makeInbox({ db, redis, prefix }: StoreOptions): Promise<Inbox> {
  if (db !== undefined) {
    await checkFile(db);
    const { sqliteInbox } = await import("../../../inbox/sqlite/index.js");
    return sqliteInbox({ path: db });
  }
  if (redis === undefined) throw new UsageError("Which inbox? Say --db FILE or --redis URL");
  const { redisInbox } = await import("../../../inbox/redis/index.js");
  return redisInbox({ connection: redis, ...(prefix !== undefined && { prefix }) });
}

/** An inbox makes its file where there is none; a command that looks into one must not. */
async function checkFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === "ENOENT"
        ? `There is no file ${path}. The file is the \`path\` that the listener's sqliteInbox() was given`
        : `${path} cannot be looked at: ${error.message}`,
    );
  });
  if (!found.isFile()) throw new UsageError(`${path} is not a file`);
  if (found.size === 0) throw new UsageError(`${path} is empty: no listener has used it as its inbox`);
}

/** @throws the signal's reason as soon as the command is to end */
function orEnding<T>(promise: Promise<T>, ending: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(ending.reason);
    if (ending.aborted) onAbort();
    ending.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => ending.removeEventListener("abort", onAbort));
  });
}
