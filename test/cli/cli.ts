import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { compile } from "../support/program.js";
import { type Command, command } from "./in-process.js";

let program: Promise<string> | undefined;

/** The home directory of the command line in this test file, unless a test sets another. */
export const home = mkdtempSync(join(tmpdir(), "earshot-home-"));
process.once("exit", () => rmSync(home, { recursive: true, force: true }));

/** A command line that runs, its two streams apart. It ends with the test. */
export interface Running {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves once stdout matches; rejects where the process ends first. */
  out(wanted: RegExp): Promise<void>;
  /** The same for stderr. */
  err(wanted: RegExp): Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The content of stdin. */
  readonly input?: string;
  /** The command line, where it is not `programFile()`. */
  readonly program?: string;
}

/** The command line as one file that node runs, built from the sources. */
export function programFile(): Promise<string> {
  program ??= compile(join(import.meta.dirname, "../../src/cli/main.ts"), "cli");
  return program;
}

/** Starts `earshot` as a process of its own, built from the sources; without the environment of the tests. */
export async function start(
  args: readonly string[],
  { env = {}, input = "", program: file }: Surroundings = {},
): Promise<Running> {
  const child = spawn(process.execPath, [file ?? (await programFile()), ...args], {
    env: { PATH: process.env.PATH, HOME: home, ...env },
    stdio: "pipe",
  });
  const texts = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  let over = false;
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
      wake();
    });
  }
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => {
      over = true;
      wake();
      resolve({ code, signal, ...texts });
    });
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const until = (name: keyof typeof texts, wanted: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = wanted.test(texts[name]);
        if (!found && !over) return;
        waiting.delete(look);
        if (found) resolve();
        else reject(new Error(`ended without ${wanted} on ${name}:\n${texts.stdout}\n---\n${texts.stderr}`));
      };
      waiting.add(look);
      look();
    });
  return {
    child,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    out: (wanted) => until("stdout", wanted),
    err: (wanted) => until("stderr", wanted),
    ended,
  };
}

/** Runs `earshot` in this process, without the environment of the tests. */
export function begin(args: readonly string[], { env = {}, input = "" }: Omit<Surroundings, "program"> = {}) {
  return command(args, { PATH: process.env.PATH, HOME: home, ...env }, input) satisfies Command;
}

/** Runs `earshot` to its end: in this process, unless a program is given. */
export async function earshot(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  if (surroundings.program !== undefined) return (await start(args, surroundings)).ended;
  return { ...(await begin(args, surroundings).ended), signal: null };
}

/** Reads JSON Lines, and nothing but JSON Lines: every line must be an object. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  if (stdout === "") return [];
  if (!stdout.endsWith("\n")) throw new Error(`the last line is not whole: ${stdout.slice(-200)}`);
  return stdout
    .slice(0, -1)
    .split("\n")
    .map((line) => {
      const value: unknown = JSON.parse(line);
      if (typeof value !== "object" || value === null) throw new Error(`no object: ${line}`);
      return value as Record<string, unknown>;
    });
}
