import { type ChildProcess, spawn } from "node:child_process";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import { ownPackages } from "../../scripts/own-packages.mjs";

const root = join(import.meta.dirname, "../..");
/** Where imports of the root, and of test/compat, resolve as a user's would. `test:node24` has a package of its own. */
const { PROGRAM_PACKAGES } = process.env;
const folder = join(root, PROGRAM_PACKAGES ?? "test/compat", "node_modules/.cache/earshot-programs");

/** Makes a program of a TypeScript file that imports `earshot` as users do. @returns its path */
export async function compile(file: string, name = basename(file).replace(/\.ts$/, "")): Promise<string> {
  const outdir = join(folder, `${name}-${process.pid}`);
  await build({
    ...ownPackages(root),
    // The file of a thread lies beside what starts it, as in the package.
    entryPoints: { [name]: file, "sqlite-worker": join(root, "src/inbox/sqlite/sqlite-worker.ts") },
    outdir,
    outExtension: { ".js": ".mjs" },
    logLevel: "silent",
  });
  return join(outdir, `${name}.mjs`);
}

/** A program that runs. It ends with the test. */
export interface Program {
  readonly child: ChildProcess;
  /** Lines of stdout and stderr so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line that matches, seen already or still to come; rejects where the program ends first. */
  line(wanted: RegExp): Promise<string>;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** @param options of Node itself */
export function run(
  file: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
  options: readonly string[] = ["--enable-source-maps"],
): Program {
  // `npm run test:nodes` makes deprecations errors, in what the test starts too.
  const inherited = process.execArgv.filter((option) => option.endsWith("-deprecation"));
  const child = spawn(process.execPath, [...inherited, ...options, file, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (text) => {
      lines.push(text);
      wake();
    });
  }
  let over = false;
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("close", (code, signal) => {
      over = true;
      wake();
      resolve(code ?? signal);
    });
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    child,
    lines,
    ended,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((text) => wanted.test(text));
          if (found === undefined && !over) return;
          waiting.delete(look);
          if (found !== undefined) resolve(found);
          else reject(new Error(`ended without a line like ${wanted}:\n${lines.join("\n")}`));
        };
        waiting.add(look);
        look();
      }),
  };
}
