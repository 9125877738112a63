import { stat } from "node:fs/promises";
import { type Command, Option } from "commander";
import type { Inbox } from "../../../index.js";
import type { Context } from "../../context.js";
import { UsageError } from "../../errors.js";
import { sanitize } from "../../terminal/sanitize.js";

/** Options that name an inbox. */
export interface StoreOptions {
  readonly db?: string;
  readonly redis?: string;
  readonly prefix?: string;
}

export function storeOptions(command: Command): Command {
  return command
    .addOption(new Option("--db <file>", "a SQLite inbox, by its file").conflicts(["redis", "prefix"]))
    .addOption(new Option("--redis <url>", "a Redis inbox, by its URL: redis://… or rediss://…"))
    .option("--prefix <text>", "with --redis: the prefix of its keys; default {earshot}");
}

/** The options as command-line arguments, for a suggested command. */
export function storeArguments({ db, redis, prefix }: StoreOptions): string {
  if (db !== undefined) return `--db ${sanitize(db)}`;
  // The URL may contain a password.
  return `--redis ${redis === undefined ? "URL" : "…"}${prefix === undefined ? "" : ` --prefix ${sanitize(prefix)}`}`;
}

/**
 * Opens an inbox for the duration of a function.
 *
 * @throws UsageError if no inbox is named or the file is missing; EarshotError of the inbox
 */
export async function withInbox(
  options: StoreOptions,
  { io, ending }: Pick<Context, "io" | "ending">,
  use: (inbox: Inbox) => Promise<void>,
): Promise<void> {
  const inbox = await createInbox(options);
  try {
    await use(await opened(inbox, { io, ending }));
  } finally {
    // Not awaited after an interrupt: an unresponsive server would delay the exit.
    const closing = inbox.close();
    if (ending.aborted) closing.catch(() => undefined);
    else await closing;
  }
}

/**
 * Opens an inbox; the caller closes it.
 *
 * @throws as {@link withInbox}; the inbox is closed then
 */
export async function openStore(
  options: StoreOptions,
  context: Pick<Context, "io" | "ending">,
): Promise<Inbox> {
  const inbox = await createInbox(options);
  try {
    return await opened(inbox, context);
  } catch (error) {
    await inbox.close().catch(() => undefined);
    throw error;
  }
}

async function opened(inbox: Inbox, { io, ending }: Pick<Context, "io" | "ending">): Promise<Inbox> {
  const { openInbox } = await import("../../../index.js");
  const onWarning = (error: Error) => io.note(io.err.yellow(sanitize(error.message)));
  return orEnding(openInbox(inbox, { onWarning }), ending);
}

async function createInbox({ db, redis, prefix }: StoreOptions): Promise<Inbox> {
  if (db !== undefined) {
    await checkFile(db);
    const { sqliteInbox } = await import("../../../inbox/sqlite/index.js");
    return sqliteInbox({ path: db });
  }
  if (redis === undefined) throw new UsageError("No inbox is named: add --db FILE or --redis URL");
  const { redisInbox } = await import("../../../inbox/redis/index.js");
  return redisInbox({ connection: redis, ...(prefix !== undefined && { prefix }) });
}

/** An inbox creates a missing file; a command that inspects one must not. */
async function checkFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === "ENOENT"
        ? `There is no file ${path}. Use the \`path\` that your listener passes to sqliteInbox()`
        : `${path} cannot be read: ${error.message}`,
    );
  });
  if (!found.isFile()) throw new UsageError(`${path} is not a file`);
  if (found.size === 0) throw new UsageError(`${path} is empty: no listener has used it as an inbox`);
}

/** @throws the signal's reason as soon as it is aborted */
function orEnding<T>(promise: Promise<T>, ending: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(ending.reason);
    if (ending.aborted) onAbort();
    ending.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => ending.removeEventListener("abort", onAbort));
  });
}
