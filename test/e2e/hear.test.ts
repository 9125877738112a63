import { type ListenerEvent, TriggerListener } from "earshot";
import { expect, onTestFinished, test, vi } from "vitest";
import type { PlatformAccess } from "../../src/model/platform.js";
import { accessTo } from "../support/pusher-server/access.js";
import { CHANNEL, startPusherServer } from "../support/pusher-server/server.js";
import { listenerFor, platformFor, projects, toolsetFor, ways } from "./agent.js";

const config = { owner: "acme", repo: "site" };

test.each(ways.flatMap(([name, options]) => projects.map((project) => ({ ...project, name, options }))))(
  "an agent enables a trigger and receives each of its events once, over $name, in $project",
  async ({ options, apiVersion, realtimeShape }) => {
    const platform = await platformFor({ realtimeShape });
    const toolset = toolsetFor(platform, { apiVersion });
    const { triggerId } = await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config });
    const { listener, reports } = listenerFor(toolset, options);
    const heard: { id: string; by: unknown; triggerId: string | undefined }[] = [];
    listener.callback("GITHUB_STAR_ADDED_EVENT", (event) => {
      heard.push({ id: event.id, by: event.payload.starred_by, triggerId: event.triggerId });
    });
    const byInstance = vi.fn();
    listener.callback({ triggerId }, byInstance);
    await listener.start();
    const people = ["ada", "grace", "edsger"];
    for (const starred_by of people) await platform.fire("GITHUB_STAR_ADDED_EVENT", { data: { starred_by } });
    await platform.idle();
    await vi.waitFor(() => expect(heard).toHaveLength(3));
    expect(heard.map(({ by }) => by)).toEqual(people);
    expect(byInstance).toHaveBeenCalledTimes(3);
    expect(reports.filter(({ type }) => /refused|undecodable|failed|trouble|warning/.test(type))).toEqual([]);
    if ("websocket" in options) {
      await vi.waitFor(() =>
        expect(reports.filter(({ type }) => type === "event.duplicate")).toHaveLength(3),
      );
      expect(heard).toHaveLength(3);
    }
  },
);

test("a wrong key is fatal: waitForever rejects, and everything is closed", async () => {
  const platform = await platformFor({ apiKeys: ["right"] });
  const { listener } = listenerFor(toolsetFor(platform, { apiKey: "wrong" }));
  await expect(listener.waitForever()).rejects.toMatchObject({ code: "ERR_UNAUTHORIZED" });
  expect(listener.health().state).toBe("failed");
});

test.each(projects)(
  "what happens while the WebSocket is down is read from the log, in order, and once, in $project",
  async (project) => {
    const { apiVersion, realtimeShape } = project;
    const platform = await platformFor({ realtimeShape });
    const toolset = toolsetFor(platform, { apiVersion });
    await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config });
    const { listener, reports } = listenerFor(toolset);
    const heard: string[] = [];
    listener.callback(
      "GITHUB_STAR_ADDED_EVENT",
      (event) => void heard.push(`${event.payload.starred_by} ${event.source}`),
    );
    await listener.start();
    await platform.fire("GITHUB_STAR_ADDED_EVENT", { data: { starred_by: "before" } });
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    platform.faults.realtime.dropAll("terminate");
    for (const starred_by of ["1", "2", "3"])
      await platform.fire("GITHUB_STAR_ADDED_EVENT", { data: { starred_by } });
    await vi.waitFor(() => expect(reports.some(({ type }) => type === "gap.filled")).toBe(true), {
      timeout: 10_000,
    });
    expect(heard).toEqual(["before websocket", "1 backfill", "2 backfill", "3 backfill"]);
    expect(reports.find(({ type }) => type === "gap.filled")).toMatchObject({ missed: 3 });
  },
);

/** A listener on a server that says what the local platform never would. */
async function listenerOnWire() {
  const server = await startPusherServer();
  onTestFinished(() => server.stop());
  const unasked = () => Promise.reject(new Error("not asked"));
  const link: PlatformAccess = {
    baseUrl: "http://127.0.0.1",
    account: server.url,
    realtime: accessTo(server),
    async *logs() {},
    webhook: { current: unasked, register: unasked },
  };
  const listener = new TriggerListener({ signals: false }, link);
  onTestFinished(() => listener.stop());
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  return { server, listener, reports };
}

test("a frame that is not JSON, and one whose data is nonsense, are reported and end nothing", async () => {
  const { server, listener, reports } = await listenerOnWire();
  const heard = vi.fn();
  listener.callback({}, heard);
  await listener.start();
  server.last().text("this is no frame");
  server.last().text(JSON.stringify({ event: "trigger_to_client", channel: CHANNEL, data: "{nonsense" }));
  server.publish("trigger_to_client", {
    trigger_name: "A",
    trigger_id: "1",
    connection_id: "2",
    log_id: "3",
    payload: {},
  });
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1));
  const warnings = reports.flatMap((report) => (report.type === "warning" ? [report.error] : []));
  expect(warnings).toMatchObject([
    { code: "ERR_FRAME", message: expect.stringContaining("this is no frame") },
  ]);
  const lost = reports.flatMap((report) => (report.type === "delivery.undecodable" ? [report] : []));
  expect(lost).toMatchObject([{ error: { code: "ERR_NOT_JSON" }, delivery: { body: "{nonsense" } }]);
});

test("a close code that nobody has heard of is reported, and the listener connects again", async () => {
  const { server, listener, reports } = await listenerOnWire();
  await listener.start();
  server.last().close(4777);
  await vi.waitFor(() => expect(reports.filter(({ type }) => type === "websocket.ready")).toHaveLength(2), {
    timeout: 5000,
  });
  expect(reports.find(({ type }) => type === "websocket.disconnected")).toMatchObject({
    closeCode: 4777,
    reason: "closed",
  });
});
