import type { Readable, Writable } from "node:stream";
import picocolors from "picocolors";
import { plainJson } from "../../base/plain-text.js";

export type Colors = ReturnType<typeof picocolors.createColors>;

/** A command's output: results on stdout, everything else on stderr. */
export interface Io {
  /** Writes a line of text to stdout. Resolves once it is written. */
  line(text: string): Promise<void>;
  /** Writes a value to stdout as one line of JSON. */
  record(value: unknown): Promise<void>;
  /** Writes a line to stderr. */
  note(text: string): void;
  /** Colors for stdout and stderr; none if the stream is not a terminal. */
  readonly out: Colors;
  readonly err: Colors;
  /** Columns of stdout; infinite if it is not a terminal. */
  readonly width: number;
  /** Whether prompts are possible: stdin and stderr are terminals. */
  readonly canPrompt: boolean;
  /** Reads stdin to its end. */
  input(): Promise<string>;
  /** The streams themselves, for prompts, progress bars and other protocols. */
  readonly stdin: Streams["stdin"];
  readonly stdout: Streams["stdout"];
  readonly stderr: Streams["stderr"];
  /** Aborted once the reader of stdout is gone, as in `earshot triggers ls | head -1`, or stdout cannot be written. */
  readonly readerGone: AbortSignal;
  /** Why stdout cannot be written, where its reader is not the reason: a full disk. */
  readonly writeError: Error | undefined;
}

/** The streams and environment of a process. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createIo(host: Streams): Io {
  const { stdout, stderr, env } = host;
  const gone = new AbortController();
  let writeError: Error | undefined;
  // After any error on stdout, output is impossible.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (!readerCodes.has(error.code ?? "")) writeError ??= error;
    gone.abort();
  });
  stderr.on("error", () => undefined);
  const write = (text: string): Promise<void> =>
    new Promise((resolve) => {
      if (gone.signal.aborted) resolve();
      else stdout.write(`${text}\n`, () => resolve());
    });
  return {
    line: write,
    record: (value) => write(plainJson(value)),
    note: (text) => {
      stderr.write(`${text}\n`);
    },
    out: picocolors.createColors(colored(stdout.isTTY === true, env)),
    err: picocolors.createColors(colored(stderr.isTTY === true, env)),
    // Read each time: windows are resized.
    get width() {
      return stdout.isTTY === true ? stdout.columns || 80 : Number.POSITIVE_INFINITY;
    },
    // Read only when needed: access to stdin opens it.
    get canPrompt() {
      return host.stdin.isTTY === true && stderr.isTTY === true;
    },
    async input() {
      const chunks: Buffer[] = [];
      for await (const chunk of host.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString("utf8");
    },
    get stdin() {
      return host.stdin;
    },
    stdout,
    stderr,
    readerGone: gone.signal,
    get writeError() {
      return writeError;
    },
  };
}

/** The reader of stdout is done: a closed pipe or socket, a closed terminal. */
const readerCodes: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET", "EIO", "ERR_STREAM_DESTROYED"]);

/** Colors only on a terminal. NO_COLOR (no-color.org) turns them off, FORCE_COLOR turns them on for a pipe too. */
function colored(terminal: boolean, env: Streams["env"]): boolean {
  if ((env.NO_COLOR ?? "") !== "") return false;
  const forced = env.FORCE_COLOR ?? "";
  if (forced !== "") return forced !== "0";
  return terminal && env.TERM !== "dumb";
}
