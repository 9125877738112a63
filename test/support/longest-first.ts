import { existsSync } from "node:fs";
import { join } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const root = join(import.meta.dirname, "../..");

/**
 * Roughly how many seconds the long files take on two cores. Only their order counts: none is left for the end, where it
 * would run beside idle cores.
 */
const seconds: Readonly<Record<string, number>> = {
  "dashboard/live": 60,
  "durability/promise/promise": 51,
  "docs/code": 50,
  "inbox/redis/contract": 43,
  "durability/acting/acting": 39,
  "client/platform": 38,
  "examples/examples": 35,
  "docs/cli": 34,
  "dashboard/dev-command": 30,
  "dashboard/events": 30,
  "e2e/acting": 30,
  "cli/mcp": 28,
  "cli/listen": 28,
  "transports/webhook/webhooks-page": 27,
  "callbacks/odd-values": 26,
  "dashboard/widths": 25,
  "listener/once": 24,
  "inbox/redis/memory": 23,
  "inbox/redis/trouble": 22,
  "listener/slow-callback": 22,
  "dashboard/deliveries": 22,
  "dashboard/views": 21,
  "architecture/state": 20,
  "e2e/burst": 20,
  "durability/coalescing/coalescing": 19,
  "dashboard/inbox": 19,
  "listener/sharing": 19,
  "durability/rolling/rolling": 18,
  "durability/gap/gap": 18,
  "listener/lease": 18,
  "transports/webhook/slow": 16,
  "listener/duplicates": 16,
  "types/fixtures": 15,
  "dev/linear": 15,
  "inbox/sqlite": 15,
  "listener/attempts": 15,
  "verify/source-suite": 15,
  "dashboard/large-log": 15,
  "tools/model-clients": 14,
  "durability/expectations/expectations": 14,
  "cli/inbox": 14,
  "mcp/client-cuts": 12,
  "types/sender-types": 12,
  "durability/gap/strange-log": 12,
};

/** Starts the files that take longest first; the others in the runner's order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files);
    // The runner puts projects one after the other.
    const projects = [...new Set(bySize.map(({ project }) => project.name))];
    return bySize.toSorted(
      (a, b) =>
        projects.indexOf(a.project.name) - projects.indexOf(b.project.name) || secondsOf(b) - secondsOf(a),
    );
  }
}

const bySpecification = new Map(
  Object.entries(seconds).map(([name, count]) => {
    const file = join(root, "test", `${name}.test.ts`);
    if (!existsSync(file)) throw new Error(`${import.meta.filename} lists ${file}, which does not exist.`);
    return [file, count] as const;
  }),
);

const secondsOf = ({ moduleId }: TestSpecification) => bySpecification.get(moduleId) ?? 0;
