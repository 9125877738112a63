import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test, vi } from "vitest";
import { compile } from "../support/program.js";
import { envelope, platformWithStars } from "./support.js";

const home = import.meta.dirname;

test("a host starts the server, lists, and streams two subscriptions over one pipe", async () => {
  const { platform, star } = await platformWithStars();
  const program = await compile(join(home, "stdio-program.ts"));
  const child = spawn(process.execPath, [program], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, COMPOSIO_API_KEY: "local", COMPOSIO_BASE_URL: platform.url },
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  // biome-ignore lint/suspicious/noExplicitAny: messages are read member by member
  const messages: any[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => messages.push(JSON.parse(line)));
  const send = (id: string, method: string, params: object) =>
    child.stdin.write(
      `${JSON.stringify({ jsonrpc: "2.0", id, method, params: { ...params, _meta: envelope } })}\n`,
    );
  const answer = (id: string) =>
    vi.waitFor(() => expect(messages.find((one) => one.id === id)).toBeDefined(), { timeout: 30_000 });

  send("list", "events/list", {});
  await answer("list");
  expect(messages.find(({ id }) => id === "list").result.events[0].name).toBe("star");
  const stream = { name: "star", arguments: {}, cursor: null };
  send("one", "events/stream", stream);
  send("two", "events/stream", stream);
  const of = (id: string, what: string) =>
    messages.filter(
      ({ method, params }) =>
        method === `notifications/events/${what}` &&
        params._meta["io.modelcontextprotocol/subscriptionId"] === id,
    );
  const soon = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });
  await soon(() =>
    expect([of("one", "active"), of("two", "active")].map(({ length }) => length)).toEqual([1, 1]),
  );
  await star("a");
  await soon(() =>
    expect([of("one", "event"), of("two", "event")].map(({ length }) => length)).toEqual([1, 1]),
  );
  send("changes", "subscriptions/listen", { notifications: { eventsListChanged: true } });
  await soon(() =>
    expect(
      messages.find(({ method }) => method === "notifications/subscriptions/acknowledged")?.params,
    ).toEqual({
      notifications: { eventsListChanged: true },
      _meta: { "io.modelcontextprotocol/subscriptionId": "changes" },
    }),
  );
  const cancel = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "one" } };
  child.stdin.write(`${JSON.stringify(cancel)}\n`);
  await star("b");
  await soon(() => expect(of("two", "event")).toHaveLength(2));
  expect(of("one", "event")).toHaveLength(1);
});
