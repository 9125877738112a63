import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { onTestFinished } from "vitest";
import { home, programFile } from "./cli.js";

/** `earshot` at a terminal: stdin, stdout and stderr are one, and keys can be pressed. */
export interface AtTerminal {
  /** Everything shown so far, without colors and cursor movements. */
  readonly shown: () => string;
  /** The same with them. */
  readonly raw: () => string;
  /** Resolves once something is shown after what was waited for before; rejects where the command ends first. */
  see(wanted: RegExp): Promise<void>;
  press(keys: string): void;
  readonly ended: Promise<number | null>;
}

export const ENTER = "\r";
export const DOWN = "\u001b[B";
export const CTRL_C = "\u0003";

/** Starts `earshot` at a pseudo terminal, which util-linux's `script` makes. */
export async function atTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  columns = 100,
): Promise<AtTerminal> {
  const quoted = [process.execPath, await programFile(), ...args].map(
    (arg) => `'${arg.replaceAll("'", "'\\''")}'`,
  );
  const command = `stty cols ${columns} rows 40; exec ${quoted.join(" ")}`;
  const child = spawn("script", ["-qfec", command, "/dev/null"], {
    env: { PATH: process.env.PATH, HOME: home, TERM: "xterm-256color", SHELL: "/bin/sh", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let raw = "";
  let seen = 0;
  let over = false;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  child.stdin.on("error", () => undefined);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    raw += text;
    wake();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      over = true;
      wake();
      resolve(code);
    });
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const shown = () => stripVTControlCharacters(raw).replaceAll("\r", "");
  return {
    shown,
    raw: () => raw,
    see: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = wanted.exec(shown().slice(seen));
          if (found === null && !over) return;
          waiting.delete(look);
          if (found === null) reject(new Error(`ended without ${wanted}:\n${shown()}`));
          else {
            seen += found.index + found[0].length;
            resolve();
          }
        };
        waiting.add(look);
        look();
      }),
    press: (keys) => {
      child.stdin.write(keys);
    },
    ended,
  };
}
