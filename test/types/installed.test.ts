import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { errorsBelow, root } from "./compile.js";

const run = promisify(execFile);
const source = (path: string) => JSON.stringify(join(root, "src", path));
let folder: string;

// The types of the package as they are shipped: bundled, with what its entries share in a chunk, so that
// `earshot` exports the interface without declaring it. Both entries are small ones of this test's own; the
// shape of what is built, and the exports of package.json, are the real ones.
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "earshot-installed-")));
  const installed = join(folder, "node_modules/earshot");
  await mkdir(installed, { recursive: true });
  await symlink(join(root, "package.json"), join(installed, "package.json"));
  await write(
    "index.ts",
    `export type {
       ConfigOf, EventOf, PayloadOf, PlatformTriggers, TriggerMap, TriggerName, TriggerTypes,
     } from ${source("model/triggers.js")};
     export type { ArgumentsOf, DataOf, ToolMap } from ${source("model/tools.js")};
     import type { EventFor, FilterInput } from ${source("callbacks/filter.js")};
     export declare class TriggerListener {
       callback<const W extends FilterInput>(wanted: W, handler: (event: EventFor<W>) => unknown): () => void;
     }`,
  );
  await write(
    "testing.ts",
    `import type { EventOf, PayloadOf, TriggerName } from ${source("model/triggers.js")};
     export declare function fakeEvent<const Name extends TriggerName>(
       name: Name, payload: PayloadOf<Name>,
     ): EventOf<Name>;`,
  );
  const config = {
    entry: { index: join(folder, "index.ts"), testing: join(folder, "testing.ts") },
    outDir: join(installed, "dist"),
    tsconfig: join(root, "tsconfig.json"),
    format: ["esm", "cjs"],
    dts: true,
    silent: true,
  };
  await write("tsup.config.mjs", `export default ${JSON.stringify(config)};`);
  await run(join(root, "node_modules/.bin/tsup"), ["--config", join(folder, "tsup.config.mjs")], {
    cwd: root,
    shell: process.platform === "win32",
  });
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, content: string) => writeFile(join(folder, name), content);

const consumer = `
import { TriggerListener, type ArgumentsOf, type ConfigOf, type DataOf, type PayloadOf } from "earshot";
import { fakeEvent } from "earshot/testing";

declare module "earshot" {
  interface TriggerMap {
    ACME_ORDER_PLACED: { config: { shop: string }; payload: { orderId: string } };
    ACME_PING: { payload: { at: string } };
  }
  // Otherwise than the catalog has it.
  interface PlatformTriggers {
    GITHUB_FOLLOWER_EVENT: { config: { since: number }; payload: { login: number } };
  }
  interface ToolMap {
    ACME_REFUND: { arguments: { orderId: string }; data: { refundId: string } };
  }
}

const refund: ArgumentsOf<"ACME_REFUND"> = { orderId: "1042" };
// @ts-expect-error a number is no text
const wrongRefund: ArgumentsOf<"ACME_REFUND"> = { orderId: 1042 };
const done: DataOf<"acme_refund"> = { refundId: refund.orderId };
// @ts-expect-error the catalog's tool needs a channel
const noChannel: ArgumentsOf<"SLACK_ADD_REACTION_TO_AN_ITEM"> = { name: "tada", timestamp: "1.2" };

const listener = new TriggerListener();

listener.callback("ACME_ORDER_PLACED", (event) => {
  const id: string = event.payload.orderId;
  // @ts-expect-error not any
  const wrong: number = event.payload.orderId;
  // @ts-expect-error misspelt
  event.payload.orderID;
  return [id, wrong];
});
const config: ConfigOf<"ACME_ORDER_PLACED"> = { shop: "bakery" };
// @ts-expect-error the shop is missing
const incomplete: ConfigOf<"ACME_ORDER_PLACED"> = {};

// Where nothing is said of the config, it is a record of unknown values.
const free: ConfigOf<"ACME_PING"> = { anything: 1 };
// @ts-expect-error unknown is no text
free.anything.trim();

// Another entry of the package sees the addition, too.
fakeEvent("ACME_ORDER_PLACED", { orderId: "1042" }).payload.orderId.trim();
// @ts-expect-error a number is no text
fakeEvent("ACME_ORDER_PLACED", { orderId: 1042 });

listener.callback("GITHUB_FOLLOWER_EVENT", ({ payload }) => {
  payload.login.toFixed();
  // @ts-expect-error the catalog's, which does not count any more
  payload.username;
});

listener.callback(["GITHUB_STAR_ADDED_EVENT", "ACME_ORDER_PLACED"], (event) => {
  if (event.triggerName === "ACME_ORDER_PLACED") return event.payload.orderId.trim();
  // @ts-expect-error the other's
  event.payload.orderId;
  return event.payload.starred_by.trim();
});

// What nobody added is a record of unknown values.
listener.callback("ACME_ORDER_LOST", ({ payload }) => {
  const anything: unknown = payload.anything;
  // @ts-expect-error unknown is no text
  payload.anything.trim();
  return anything;
});
// @ts-expect-error unknown is no text
const text: PayloadOf<"ACME_ORDER_LOST">["anything"] & string = payloadOf();
declare function payloadOf(): PayloadOf<"ACME_ORDER_LOST">["anything"];

export { config, done, incomplete, noChannel, text, wrongRefund };
`;

const strict: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  types: [],
};
const { ModuleKind, ModuleResolutionKind } = ts;

test.each([
  [
    "an ES module",
    "consumer.mts",
    { module: ModuleKind.NodeNext, moduleResolution: ModuleResolutionKind.NodeNext },
  ],
  [
    "CommonJS",
    "consumer.cts",
    { module: ModuleKind.NodeNext, moduleResolution: ModuleResolutionKind.NodeNext },
  ],
  ["a bundler", "consumer.ts", { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler }],
])("%s adds triggers of its own to the installed package", async (_, name, resolution) => {
  await write(name, consumer);
  const file = join(folder, name);
  const declarations = join(
    folder,
    "node_modules/earshot/dist",
    name.endsWith(".cts") ? "index.d.cts" : "index.d.ts",
  );
  expect(errorsBelow(folder, [file, declarations], { ...strict, ...resolution })).toEqual({});
});

test("without the addition the same lines do not compile", async () => {
  const name = "without.mts";
  await write(name, consumer.replace(/declare module[\s\S]*?\n\}\n/, ""));
  const errors = errorsBelow(folder, [join(folder, name)], {
    ...strict,
    module: ModuleKind.NodeNext,
    moduleResolution: ModuleResolutionKind.NodeNext,
  });
  expect(errors[name]?.length).toBeGreaterThan(5);
});

test("the interface is where it is hardest to reach: in a chunk that the entries share", async () => {
  const index = await readFile(join(folder, "node_modules/earshot/dist/index.d.ts"), "utf8");
  expect(index).toMatch(/as TriggerMap\b/);
  expect(index).not.toMatch(/interface TriggerMap\b/);
});
