import { join } from "node:path";
import { memoryInbox } from "earshot";
import { expect, onTestFinished, test, vi } from "vitest";
import { Client, StdioClientTransport, StreamableHTTPClientTransport } from "../compat/mcp-client.js";
import { compile } from "../support/program.js";
import { hostOn, platformWithStars, STAR, tokens } from "./support.js";

/** The SDK validates with a Standard Schema; the test looks at the members itself. */
const anything = {
  "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) },
} as never;

/** Lists, polls and streams over a connection of the official client, which knows nothing of events. */
async function listPollAndStream(client: Client, name: string, fire: (by: string) => Promise<void>) {
  // biome-ignore lint/suspicious/noExplicitAny: results are read member by member
  const ask = (method: string, params: object): Promise<any> =>
    client.request({ method, params } as never, anything);
  const { events } = await ask("events/list", {});
  expect(events.map((event: { name: string }) => event.name)).toEqual([name]);
  const { cursor } = await ask("events/poll", { name, arguments: {}, cursor: null });
  // biome-ignore lint/suspicious/noExplicitAny: messages are read member by member
  const messages: any[] = [];
  client.fallbackNotificationHandler = async (message) => {
    messages.push(message);
  };
  const abort = new AbortController();
  const params = { name, arguments: {}, cursor };
  const streaming = client
    .request({ method: "events/stream", params } as never, anything, {
      signal: abort.signal,
      timeout: 60_000,
    })
    .catch(() => "ended");
  const of = (what: string) => messages.filter(({ method }) => method === `notifications/events/${what}`);
  await vi.waitFor(() => expect(of("active")).toHaveLength(1), 20_000);
  await fire("ada");
  await vi.waitFor(() => expect(of("event")).toHaveLength(1), 20_000);
  expect(of("event")[0].params).toMatchObject({ name, data: { starred_by: "ada" } });
  const polled = await ask("events/poll", { name, arguments: {}, cursor });
  expect(polled.events).toMatchObject([{ eventId: of("event")[0].params.eventId }]);
  abort.abort();
  expect(await streaming).toBe("ended");
}

test("the official client lists, polls and streams events over HTTP", async () => {
  const { toolset, star } = await platformWithStars();
  const { url } = await hostOn(toolset, memoryInbox());
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
  onTestFinished(() => client.close());
  const requestInit = { headers: { authorization: `Bearer ${tokens.ada}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  expect(client.getServerCapabilities()).toMatchObject({
    extensions: { "io.modelcontextprotocol/events": { listChanged: true } },
  });
  await listPollAndStream(client, STAR, star);
});

test("the official client lists, polls and streams events over stdio", async () => {
  const { platform, star } = await platformWithStars();
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
  onTestFinished(() => client.close());
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [await compile(join(import.meta.dirname, "stdio-program.ts"))],
    env: { PATH: process.env.PATH ?? "", COMPOSIO_API_KEY: "local", COMPOSIO_BASE_URL: platform.url },
    stderr: "inherit",
  });
  await client.connect(transport);
  await listPollAndStream(client, "star", star);
});
