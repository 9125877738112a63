import type { Writable } from "node:stream";
import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Where a command writes: what was asked for to stdout, everything else to stderr. */
export interface Io {
  /** A line of text for people. Waits until it is written: what cannot be written is not done. */
  line(text: string): Promise<void>;
  /** A value as one line of JSON. */
  record(value: unknown): Promise<void>;
  /** A line on stderr. */
  note(text: string): void;
  /** Colors for stdout and for stderr; none where the stream is no terminal. */
  readonly out: Colors;
  readonly err: Colors;
  /** How many columns stdout's lines may take; unlimited where it is no terminal. */
  readonly width: number;
  /** Whether somebody is there who can be asked: stdin and stderr are a terminal. */
  readonly canAsk: boolean;
  /** Aborted once nobody reads stdout any more: `earshot triggers ls | head -1`. */
  readonly readerGone: AbortSignal;
}

/** The streams of the process, and what they are. */
export interface Streams {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createIo(host: Streams): Io {
  const { stdout, stderr, env } = host;
  const gone = new AbortController();
  // EPIPE: the reader has what it wanted. Any other error on stdout leaves nowhere to write either.
  stdout.on("error", () => gone.abort());
  stderr.on("error", () => undefined);
  const write = (text: string): Promise<void> =>
    new Promise((resolve) => {
      if (gone.signal.aborted) resolve();
      else stdout.write(`${text}\n`, () => resolve());
    });
  return {
    line: write,
    record: (value) => write(JSON.stringify(value)),
    note: (text) => {
      stderr.write(`${text}\n`);
    },
    out: picocolors.createColors(colored(stdout.isTTY === true, env)),
    err: picocolors.createColors(colored(stderr.isTTY === true, env)),
    // Asked for anew each time: windows are resized.
    get width() {
      return stdout.isTTY === true ? stdout.columns || 80 : Number.POSITIVE_INFINITY;
    },
    // Asked for where somebody is to be asked: looking at stdin opens it.
    get canAsk() {
      return host.stdin.isTTY === true && stderr.isTTY === true;
    },
    readerGone: gone.signal,
  };
}

/** Terminals get colors; NO_COLOR (no-color.org) takes them away, FORCE_COLOR gives them to a pipe too. */
function colored(terminal: boolean, env: Streams["env"]): boolean {
  if ((env.NO_COLOR ?? "") !== "") return false;
  const forced = env.FORCE_COLOR ?? "";
  if (forced !== "") return forced !== "0";
  return terminal && env.TERM !== "dumb";
}
