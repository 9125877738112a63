import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { compile } from "../support/program.js";
import { runHere } from "./in-process.js";

let program: Promise<string> | undefined;

/** The home directory of the command line in this test file, unless a test sets another. */
export const home = mkdtempSync(join(tmpdir(), "earshot-home-"));
process.once("exit", () => rmSync(home, { recursive: true, force: true }));

/** A command line that runs, its two streams apart. It ends with the test. */
export interface Command {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves once stdout matches; rejects where the command ends first. */
  out(wanted: RegExp): Promise<void>;
  /** The same for stderr. */
  err(wanted: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** A command line that is a process. */
export interface Running extends Command {
  readonly child: ChildProcess;
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

/** What a command has printed so far, and who waits for more. */
class Printed {
  readonly #texts = { stdout: "", stderr: "" };
  readonly #waiting = new Set<() => void>();
  #over = false;

  readonly add = (name: "stdout" | "stderr", text: string): void => {
    this.#texts[name] += text;
    this.#wake();
  };

  end(code: number | null, signal: NodeJS.Signals | null): Ended {
    this.#over = true;
    this.#wake();
    return { code, signal, ...this.#texts };
  }

  get reading(): Pick<Command, "stdout" | "stderr" | "out" | "err"> {
    return {
      stdout: () => this.#texts.stdout,
      stderr: () => this.#texts.stderr,
      out: (wanted) => this.#until("stdout", wanted),
      err: (wanted) => this.#until("stderr", wanted),
    };
  }

  #until(name: "stdout" | "stderr", wanted: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const { stdout, stderr } = this.#texts;
        const found = wanted.test(this.#texts[name]);
        if (!found && !this.#over) return;
        this.#waiting.delete(look);
        if (found) resolve();
        else reject(new Error(`ended without ${wanted} on ${name}:\n${stdout}\n---\n${stderr}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}

const environment = (env: Surroundings["env"]) => ({ PATH: process.env.PATH, HOME: home, ...env });

/** Starts `earshot` as a process of its own, built from the sources; without the environment of the tests. */
export async function start(
  args: readonly string[],
  { env, input = "", program: file }: Surroundings = {},
): Promise<Running> {
  const child = spawn(process.execPath, [file ?? (await programFile()), ...args], {
    env: environment(env),
    stdio: "pipe",
  });
  const printed = new Printed();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => printed.add(name, text));
  }
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => resolve(printed.end(code, signal)));
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { child, ...printed.reading, signal: (name) => child.kill(name), ended };
}

/** Starts `earshot` in this process, which is faster; without the environment of the tests. */
export function begin(
  args: readonly string[],
  { env, input = "" }: Omit<Surroundings, "program"> = {},
): Command {
  const printed = new Printed();
  const { code, signal } = runHere({ args, env: environment(env), input, onText: printed.add });
  const ended = code.then(
    (number) => printed.end(number, null),
    (error) => {
      printed.end(null, null);
      throw error;
    },
  );
  onTestFinished(async () => {
    // The second one ends what the first has not.
    signal("SIGTERM");
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000).unref())]);
    signal("SIGTERM");
  });
  return { ...printed.reading, signal, ended };
}

/** Runs `earshot` to its end: in this process, unless a program is given. */
export async function earshot(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  if (surroundings.program !== undefined) return (await start(args, surroundings)).ended;
  return begin(args, surroundings).ended;
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
