import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
let folder: string;
let files: Map<string, string>;
let packed: { unpackedSize: number };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earshot-contents-"));
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
  });
  const [{ filename, unpackedSize }] = JSON.parse(stdout) as [{ filename: string; unpackedSize: number }];
  packed = { unpackedSize };
  await run("tar", ["-xzf", filename], { cwd: folder });
  const found = await readdir(join(folder, "package"), { recursive: true, withFileTypes: true });
  files = new Map(
    await Promise.all(
      found
        .filter((entry) => entry.isFile())
        .map(async (entry): Promise<[string, string]> => {
          const path = join(entry.parentPath, entry.name);
          return [path.slice(join(folder, "package/").length), await readFile(path, "utf8")];
        }),
    ),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("every bundled package has its license text in the tarball", async () => {
  const text = files.get("dist/THIRD-PARTY-LICENSES.txt") ?? "";
  const bundled = new Set<string>();
  for (const name of ["library", "dashboard"]) {
    const list = join(root, `node_modules/.cache/earshot-bundled/${name}.json`);
    for (const file of JSON.parse(await readFile(list, "utf8")) as string[]) {
      bundled.add(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? file);
    }
  }
  expect(bundled.size).toBeGreaterThan(15);
  const sections = new Map(
    text
      .split(/^-{80}\n(?=\S+@\d)/m)
      .slice(1)
      .map((section): [string, string] => [/^(\S+)@\d/.exec(section)?.[1] ?? "", section]),
  );
  for (const name of [...bundled, "react", "react-dom", "commander", "@cfworker/json-schema"]) {
    expect(sections.get(name)?.length, name).toBeGreaterThan(500);
    expect(sections.get(name), name).toMatch(/copyright/i);
  }
});

test("the package installs what it depends on, and has no copy of it inside", async () => {
  const manifest = JSON.parse(files.get("package.json") ?? "{}");
  expect(Object.keys(manifest.dependencies).sort()).toEqual(["eventemitter3", "undici", "ws", "zod"]);
  const text = files.get("dist/THIRD-PARTY-LICENSES.txt") ?? "";
  const code = [...files].filter(([name]) => /^dist\/[^/]+\.c?js$/.test(name));
  for (const name of Object.keys(manifest.dependencies)) {
    expect(text).not.toContain(`\n${name}@`);
    const users = code.filter(([, content]) =>
      new RegExp(`(?:from|import\\(|require\\()\\s*"${name}"`).test(content),
    );
    expect(users.length, `${name} is imported`).toBeGreaterThan(0);
  }
});

test("no file names a folder of the machine that built the package, and there are no source maps", () => {
  for (const [name, content] of files) {
    expect(name).not.toMatch(/\.map$/);
    expect(content, name).not.toContain("sourceMappingURL=");
    for (const place of [root, homedir()]) {
      if (place.length > 1) expect(content.includes(`${place}/`), `${name} names ${place}`).toBe(false);
    }
  }
});

test("the package takes at most 5.75 MB unpacked", () => {
  expect(packed.unpackedSize).toBeLessThan(5_750_000);
});

test("packing builds first, and publishing says where the package comes from", async () => {
  const manifest = JSON.parse(files.get("package.json") ?? "{}");
  expect(manifest.scripts.prepack).toBe("npm run build");
  expect(manifest.publishConfig).toEqual({ access: "public", provenance: true });
  const workflow = await readFile(join(root, ".github/workflows/publish.yml"), "utf8");
  expect(workflow).toMatch(/id-token: write/);
  expect(workflow).toMatch(/npm publish/);
});

test("the peer range takes no better-sqlite3 before 12.8", () => {
  const manifest = JSON.parse(files.get("package.json") ?? "{}");
  expect(manifest.peerDependencies["better-sqlite3"]).toBe(">=12.8.0 <13");
});
