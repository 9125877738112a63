import { expect, test, vi } from "vitest";
import { call, control } from "../dev/rest/fixture.js";
import { listenerFor, platformFor, toolsetFor } from "../e2e/agent.js";

const star = "GITHUB_STAR_ADDED_EVENT";
const config = { owner: "acme", repo: "site" };

test.each([
  ["the WebSocket", {}],
  ["the webhook", { websocket: false, webhook: { port: 0 } }],
])(
  "a callback for a disabled trigger and an expired account gets both over %s, with their ids, and nothing is a warning",
  async (_, options) => {
    const platform = await platformFor();
    const toolset = toolsetFor(platform);
    const { triggerId, connectedAccountId } = await toolset.enableTrigger(star, { config });
    const { listener, reports } = listenerFor(toolset, options);
    const seen: unknown[] = [];
    listener.callback("composio.trigger.disabled", (event) => {
      const { disabled_reason: reason, trigger_name: name } = event.payload;
      seen.push({ triggerId: event.triggerId, connectionId: event.connectionId, reason, name });
    });
    listener.callback("composio.connected_account.expired", (event) => {
      seen.push({ connectionId: event.connectionId, app: event.payload.toolkit.slug });
    });
    await listener.start();
    if ("webhook" in options) {
      const { json } = await call(platform, "GET", "/api/v3.1/webhook_subscriptions");
      expect(json.items[0].enabled_events).toEqual(
        expect.arrayContaining(["composio.trigger.disabled", "composio.connected_account.expired"]),
      );
    }
    const reason = "polling_failure_in_composio_infra";
    await control(platform, "POST", `/instances/${triggerId}/disable`, { reason });
    await control(platform, "PATCH", `/accounts/${connectedAccountId}`, { status: "EXPIRED" });
    await vi.waitFor(() => expect(seen).toHaveLength(2), 5000);
    expect(seen).toEqual(
      expect.arrayContaining([
        { triggerId, connectionId: connectedAccountId, reason, name: star },
        { connectionId: connectedAccountId, app: "github" },
      ]),
    );
    expect(reports.filter(({ type }) => type === "warning")).toEqual([]);
  },
);

test.each(["v3", "v1"] as const)(
  "a user's key works for calls and for the WebSocket, as it names its project: generation %s",
  async (apiVersion) => {
    const platform = await platformFor();
    const apiKey = "uak_0123456789abcdef";
    const toolset = toolsetFor(platform, { apiKey, orgId: "ok_1", projectId: "pr_1", apiVersion });
    await toolset.enableTrigger(star, { config });
    const { listener } = listenerFor(toolset);
    const by: unknown[] = [];
    listener.callback(star, ({ payload }) => void by.push(payload.starred_by));
    await listener.start();
    await platform.fire(star, { data: { starred_by: "ada" } });
    await vi.waitFor(() => expect(by).toEqual(["ada"]));
    const headers = { "x-user-api-key": apiKey, "x-org-id": "ok_1" };
    const bare = await call(platform, "GET", "/api/v3.1/auth/session/info", { key: "", headers });
    expect([bare.status, bare.json.error.message]).toEqual([401, expect.stringContaining("x-project-id")]);
  },
);
