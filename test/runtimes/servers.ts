import { execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import { freePort } from "../support/free-port.js";

const run = promisify(execFile);
const here = import.meta.dirname;
const root = join(here, "../..");
const bin = (name: string) => join(here, "node_modules/.bin", name);

/** A server of another runtime, in a process of its own. */
export interface Served {
  readonly url: string;
  /** All that it has written. */
  output(): string;
}

/** Builds the package into these programs' own node_modules, as it is published. */
export async function installPackage(): Promise<void> {
  const installed = join(here, "node_modules/earshot");
  await rm(installed, { recursive: true, force: true });
  await run(join(root, "node_modules/.bin/tsup"), ["--no-clean", "--outDir", join(installed, "dist")], {
    cwd: root,
  });
  await cp(join(root, "package.json"), join(installed, "package.json"));
}

export const bun = () => serve(bin("bun"), ["run", "programs/bun.mjs"]);
export const deno = () =>
  serve(bin("deno"), ["run", "--allow-all", "--node-modules-dir=manual", "programs/deno.mjs"]);

/** Without compatibility with Node: what the worker asks of it fails. */
export async function workerd(): Promise<Served> {
  const folder = await temporary();
  const port = await freePort();
  await build({
    entryPoints: [join(here, "programs/worker.mjs")],
    outfile: join(folder, "worker.js"),
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["ws", "undici", "node:*"],
    // The package that is installed here, not the sources that the project's tsconfig names.
    tsconfigRaw: "{}",
    logLevel: "silent",
  });
  await writeFile(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-01",
);
`,
  );
  return serve(bin("workerd"), ["serve", join(folder, "config.capnp")], port);
}

/** A production build of the application in `next/`, served. */
export async function next(): Promise<Served> {
  const folder = await temporary();
  await cp(join(here, "next"), folder, { recursive: true });
  await symlink(join(here, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{"private":true,"type":"module"}');
  const command = join(here, "node_modules/next/dist/bin/next");
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_OPTIONS: "", NODE_ENV: "production" };
  await run(process.execPath, [command, "build", "--webpack"], { cwd: folder, env });
  const port = await freePort();
  return serve(process.execPath, [command, "start", "-p", String(port), "-H", "127.0.0.1"], port, folder);
}

/** A TypeScript application of Next.js in a folder of its own, with the settings that Next.js writes by itself. */
export async function nextProject(files: Readonly<Record<string, string>>) {
  const folder = await temporary();
  await symlink(join(here, "node_modules"), join(folder, "node_modules"));
  const all = { "package.json": '{"private":true}', "app/layout.tsx": nextLayout, ...files };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const { COMPOSIO_WEBHOOK_SECRET: _, COMPOSIO_API_KEY: __, ...clean } = process.env;
  const base = { ...clean, NEXT_TELEMETRY_DISABLED: "1", NODE_OPTIONS: "", CI: "1" };
  const command = join(here, "node_modules/next/dist/bin/next");
  return {
    folder,
    build: () =>
      run(process.execPath, [command, "build", "--webpack"], {
        cwd: folder,
        env: { ...base, NODE_ENV: "production" },
      }),
    async serve(how: "start" | "dev", env: Readonly<Record<string, string>>) {
      const port = await freePort();
      const bundler = how === "dev" ? ["--webpack"] : [];
      const args = [command, how, ...bundler, "-p", String(port), "-H", "127.0.0.1"];
      const NODE_ENV = how === "dev" ? "development" : "production";
      return serve(process.execPath, args, port, folder, { ...base, NODE_ENV, ...env });
    },
  };
}

const nextLayout = `export default function Layout({ children }: { children: React.ReactNode }) {
  return <html lang="en"><body>{children}</body></html>;
}
`;

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "earshot-runtimes-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** @param port where it listens; where none is given, it says so itself: `up 1234` */
async function serve(
  file: string,
  args: readonly string[],
  port?: number,
  cwd = here,
  env = process.env,
): Promise<Served> {
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let over = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes) => {
      output += String(bytes);
    });
  }
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => {
      over = true;
      resolve();
    });
  });
  onTestFinished(async () => {
    // The commands of these packages start the real one: the whole group has to end.
    if (!over && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await closed;
  });
  for (const deadline = performance.now() + 60_000; ; ) {
    const at = port ?? /^up (\d+)$/m.exec(output)?.[1];
    const url = `http://127.0.0.1:${at}`;
    if (at !== undefined && (await fetch(url).catch(() => undefined)) !== undefined) {
      return { url, output: () => output };
    }
    if (over || performance.now() > deadline) throw new Error(`It does not serve:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
