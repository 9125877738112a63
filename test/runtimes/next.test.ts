import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { signedWebhook } from "earshot/testing";
import { beforeAll, expect, test } from "vitest";
import { installPackage, nextProject, type Served } from "./servers.js";

const secret = "a secret of some length";
const route = (label: string) => `import { Toolset } from "earshot";

const listener = new Toolset().createTriggerListener({ name: "agent", webhook: {} });
listener.callback("GITHUB_STAR_ADDED_EVENT", (event) => {
  const by: string = event.payload.starred_by;
  process.stdout.write(\`ran ${label} \${by}\\n\`);
});

export const POST = listener.fetchHandler();
`;

beforeAll(installPackage, 300_000);

async function post({ url }: Served, by: string): Promise<number> {
  const { headers, body } = signedWebhook({
    secret,
    triggerName: "GITHUB_STAR_ADDED_EVENT",
    payload: { starred_by: by },
  });
  return (await fetch(`${url}/webhook`, { method: "POST", headers, body })).status;
}

const ran = (served: Served) => served.output().match(/^ran .*$/gm) ?? [];

test("Next.js builds the exported handler without a secret, and runs each event once", {
  timeout: 400_000,
}, async () => {
  const project = await nextProject({ "app/webhook/route.ts": route("ONE") });
  await project.build();
  const bare = await project.serve("start", {});
  expect(await post(bare, "nobody"), bare.output()).toBe(503);
  expect(ran(bare)).toEqual([]);
  const served = await project.serve("start", { COMPOSIO_WEBHOOK_SECRET: secret });
  expect(await post(served, "ada"), served.output()).toBe(200);
  await expect.poll(() => ran(served)).toEqual(["ran ONE ada"]);
});

test("next dev: after an edit of the route each event runs once, in the new callback", {
  timeout: 400_000,
}, async () => {
  const project = await nextProject({ "app/webhook/route.ts": route("ONE") });
  const served = await project.serve("dev", { COMPOSIO_WEBHOOK_SECRET: secret });
  expect(await post(served, "ada"), served.output()).toBe(200);
  await expect.poll(() => ran(served)).toEqual(["ran ONE ada"]);
  await writeFile(join(project.folder, "app/webhook/route.ts"), route("TWO"));
  let sent = 0;
  await expect
    .poll(
      async () => {
        sent += 1;
        expect(await post(served, `event-${sent}`)).toBe(200);
        return ran(served).some((line) => line.startsWith("ran TWO"));
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBe(true);
  expect(await post(served, "last")).toBe(200);
  await expect.poll(() => ran(served).at(-1)).toBe("ran TWO last");
  const events = ran(served).map((line) => line.split(" ")[2]);
  expect(events).toHaveLength(sent + 2);
  expect(new Set(events).size).toBe(sent + 2);
});
