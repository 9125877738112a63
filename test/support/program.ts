import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { type BuildOptions, build } from "esbuild";
import { onTestFinished } from "vitest";
import { ownPackages } from "../../scripts/own-packages.mjs";

const root = join(import.meta.dirname, "../..");
/** Where imports of the root, and of test/compat, resolve as a user's would. `test:node24` has a package of its own. */
const { PROGRAM_PACKAGES } = process.env;
const folder = join(root, PROGRAM_PACKAGES ?? "test/compat", "node_modules/.cache/earshot-programs");
/** Packages of the sources that stay outside: those loaded only where they are installed; `undici` is CommonJS. */
const outside = [
  "better-sqlite3",
  "bullmq",
  "ioredis",
  "kerberos",
  "prom-client",
  "@opentelemetry/api",
  "undici",
];

/** Makes a program of a TypeScript file that imports `earshot` as users do. @returns its path */
export async function compile(file: string, name = basename(file).replace(/\.ts$/, "")): Promise<string> {
  return join(await compileAll({ [name]: file }), `${name}.mjs`);
}

/**
 * Makes programs that share one copy of the library: many take hardly longer than one.
 *
 * @param files name of the program → its TypeScript file
 * @returns the folder of the programs: `<name>.mjs`
 */
export function compileAll(files: Readonly<Record<string, string>>): Promise<string> {
  return built({
    ...ownPackages(root, outside),
    // The file of a thread lies beside what starts it, as in the package.
    entryPoints: { ...files, "sqlite-worker": join(root, "src/inbox/sqlite/sqlite-worker.ts") },
    outExtension: { ".js": ".mjs" },
    // What is imported on demand is loaded on demand, as in the package.
    splitting: true,
    // A package that is CommonJS requires Node's modules.
    banner: {
      js: 'import { createRequire as requireFor } from "node:module"; const require = requireFor(import.meta.url);',
    },
    logLevel: "silent",
  });
}

/** A build of the same files, bytes and options is made once, for every process and run. */
async function built(options: BuildOptions): Promise<string> {
  const about = createHash("sha256").update(JSON.stringify(options)).digest("hex").slice(0, 20);
  const note = join(folder, `${about}.json`);
  const before: { inputs: string[]; digest: string } | undefined = await readFile(note, "utf8")
    .then(JSON.parse)
    .catch(() => undefined);
  if (before !== undefined) {
    const outdir = join(folder, `${about}-${before.digest}`);
    const isSame = (await digestOf(before.inputs)) === before.digest;
    if (isSame && (await stat(outdir).catch(() => undefined)) !== undefined) return outdir;
  }
  const aside = join(folder, `${about}-${process.pid}-${performance.now()}`);
  const { metafile } = await build({ ...options, outdir: aside, metafile: true, absWorkingDir: root });
  const inputs = Object.keys(metafile.inputs)
    .filter((input) => !input.startsWith("("))
    .map((input) => join(root, input));
  // What decides how it is built.
  inputs.push(import.meta.filename, join(root, "scripts/own-packages.mjs"));
  const digest = await digestOf(inputs);
  const outdir = join(folder, `${about}-${digest}`);
  // Another process may have made the same meanwhile.
  await rename(aside, outdir).catch(() => rm(aside, { recursive: true, force: true }));
  await mkdir(folder, { recursive: true });
  await writeFile(`${aside}.json`, JSON.stringify({ inputs, digest }));
  await rename(`${aside}.json`, note);
  if (before !== undefined && before.digest !== digest) {
    await rm(join(folder, `${about}-${before.digest}`), { recursive: true, force: true });
  }
  return outdir;
}

/** A hash of files' bytes; `undefined` where one cannot be read. */
async function digestOf(files: readonly string[]): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for (const file of files) hash.update(`${file}\n`).update(await readFile(file));
  } catch {
    return undefined;
  }
  return hash.digest("hex").slice(0, 20);
}

/** A program that runs. */
export interface Program {
  readonly child: ChildProcess;
  /** Lines of stdout and stderr so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line that matches, seen already or still to come; rejects where the program ends first. */
  line(wanted: RegExp): Promise<string>;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/**
 * Runs a program, which ends with the test.
 *
 * @param options of Node itself
 */
export function run(...started: Parameters<typeof start>): Program {
  const program = start(...started);
  onTestFinished(async () => {
    program.child.kill("SIGKILL");
    await program.ended;
  });
  return program;
}

/** The same; the caller ends it. */
export function start(
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
