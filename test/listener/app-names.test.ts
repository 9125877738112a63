import { join } from "node:path";
import { memoryInbox, Toolset, type TriggerEvent, TriggerListener } from "earshot";
import { startPlatform } from "earshot/dev";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { appByPrefix } from "../../src/decode/app-names.js";
import { temporaryFolder } from "../inbox/temporary-folder.js";

const payload = { type: "object", properties: { file: { type: "string" } } };
const catalog = [
  { name: "ONE_DRIVE_FILE_CREATED", appName: "one_drive", payload },
  // An app whose slug is the beginning of another's.
  { name: "ONE_LEAD_ADDED", appName: "one", payload },
  // A name that does not begin with its app.
  { name: "NEW_SITE_VISIT", appName: "share_point", payload },
];
const apps = new Map(catalog.map(({ name, appName }) => [name, appName]));
const names = [...apps.keys()];

async function aPlatform() {
  const platform = await startPlatform({ catalog });
  onTestFinished(() => platform.stop());
  return platform;
}

async function toolsetOf(platform: { readonly url: string }, apiVersion: "v1" | "v3") {
  const options = { apiKey: "local", baseUrl: platform.url, apiVersion };
  const enabling = new Toolset(options);
  for (const name of names) await enabling.enableTrigger(name);
  await enabling.close();
  // Another toolset: it has seen no trigger type yet.
  const toolset = new Toolset(options);
  onTestFinished(() => toolset.close());
  return toolset;
}

/** Callbacks by app, and one for every event: which app each of them saw, by the trigger's name. */
function watched(listener: TriggerListener) {
  onTestFinished(() => listener.stop());
  const seen: Record<string, string[]> = {};
  const note = (by: string) => (event: TriggerEvent) => {
    const of = `${event.triggerName} ${event.source}`;
    seen[of] = [...(seen[of] ?? []), `${by} saw ${event.appName}`].sort();
  };
  for (const appName of ["one_drive", "one", "share_point"]) {
    listener.callback({ appName }, note(appName), { name: appName });
  }
  listener.callback({}, note("all"), { name: "all" });
  return seen;
}

const expected = (source: string) =>
  Object.fromEntries(
    names.map((name) => {
      const app = apps.get(name);
      return [`${name} ${source}`, [`${app} saw ${app}`, `all saw ${app}`].sort()];
    }),
  );

describe.each(["v3", "v1"] as const)("generation %s", (apiVersion) => {
  test("an event's app is the slug that its trigger type has, over the WebSocket", async () => {
    const platform = await aPlatform();
    const toolset = await toolsetOf(platform, apiVersion);
    const listener = toolset.createTriggerListener({ inbox: memoryInbox() });
    const seen = watched(listener);
    await listener.start();
    for (const name of names) await platform.fire(name);
    await vi.waitFor(() => expect(seen).toEqual(expected("websocket")));
  });

  test("… and the same when it comes late, from the platform's log", async () => {
    const platform = await aPlatform();
    const toolset = await toolsetOf(platform, apiVersion);
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const path = join(folder, "events.db");
    const first = toolset.createTriggerListener({ inbox: sqliteInbox({ path }) });
    await first.start();
    await first.stop();
    for (const name of names) await platform.fire(name);
    const second = toolset.createTriggerListener({ inbox: sqliteInbox({ path }) });
    const seen = watched(second);
    await second.start();
    await vi.waitFor(() => expect(seen).toEqual(expected("backfill")), { timeout: 10_000 });
  });
});

test.each(["V1", "V2", "V3"] as const)(
  "an event's app is the slug that its trigger type has, in a webhook of shape %s",
  async (version) => {
    const platform = await aPlatform();
    const toolset = await toolsetOf(platform, "v3");
    const secrets = platform.project.webhookSecret;
    const webhook = { port: 0, host: "127.0.0.1", secrets };
    const listener = toolset.createTriggerListener({ websocket: false, webhook });
    const seen = watched(listener);
    await listener.start();
    await toolset.setWebhookUrl(`${listener.health().webhook?.url}/webhook`, { version });
    for (const name of names) await platform.fire(name);
    await vi.waitFor(() => expect(seen).toEqual(expected("webhook")));
  },
);

const secret = "a secret of some length";

async function send(listener: TriggerListener, triggerName: string, logId: string) {
  const { headers, body } = signedWebhook({ secret, triggerName, payload: {}, logId });
  const url = `${listener.health().webhook?.url}/webhook`;
  expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
}

test("without a platform to ask, a filter's app name runs for the triggers that begin with it, stored ones too", async () => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const options = () => ({
    inbox: sqliteInbox({ path: join(folder, "events.db") }),
    webhook: { port: 0, host: "127.0.0.1", secrets: secret },
  });
  const first = new TriggerListener(options());
  onTestFinished(() => first.stop());
  await first.start();
  await send(first, "ONE_DRIVE_FILE_CREATED", "log_1");
  await first.stop();
  const second = new TriggerListener(options());
  onTestFinished(() => second.stop());
  const seen: string[] = [];
  second.callback({ appName: "One_Drive" }, ({ id, appName }) => void seen.push(`${id} ${appName}`));
  await second.start();
  await vi.waitFor(() => expect(seen).toEqual(["log_1 one_drive"]));
  await send(second, "ONE_DRIVE_FILE_CREATED", "log_2");
  await vi.waitFor(() => expect(seen).toEqual(["log_1 one_drive", "log_2 one_drive"]));
});

test("an event runs all the same where the platform does not name the app in time", async () => {
  const platform = await aPlatform();
  const toolset = await toolsetOf(platform, "v3");
  const listener = toolset.createTriggerListener();
  const seen = watched(listener);
  platform.faults.calls.add({
    path: "/api/v3.1/triggers_types/ONE_DRIVE_FILE_CREATED",
    status: 500,
    times: 50,
  });
  await listener.start();
  await platform.fire("ONE_DRIVE_FILE_CREATED");
  await vi.waitFor(
    () =>
      expect(seen).toEqual({
        "ONE_DRIVE_FILE_CREATED websocket": ["all saw one_drive", "one_drive saw one_drive"],
      }),
    { timeout: 10_000 },
  );
});

test("the longest slug that a trigger's name begins with is its app; without one, the name's first part is", () => {
  const slugs = new Set(["ONE", "ONE_DRIVE", "GOOGLE-ADS"]);
  const found = (name: string) => appByPrefix(name, slugs);
  expect(found("ONE_DRIVE_FILE_CREATED")).toBe("one_drive");
  expect(found("ONE_DRIVER_HIRED")).toBe("one");
  expect(found("ONE_DRIVE")).toBe("one_drive");
  expect(found("GOOGLE_ADS_LEAD")).toBe("google-ads");
  expect(found("GITHUB_STAR_ADDED_EVENT")).toBe("github");
  expect(found("issues.opened")).toBe("issues");
  expect(found("_2CHAT_MESSAGE")).toBe("_2chat");
  expect(found("_ODD")).toBe("_odd");
  expect(found("")).toBe("");
});
