import { createHmac, randomUUID } from "node:crypto";
import type { AccountProgress, ExpiredAccount } from "earshot";
import { expect, expectTypeOf, test, vi } from "vitest";
import { adminShape, relayedAdminShape } from "../../src/dev/shapes.js";
import { call, control } from "../dev/rest/fixture.js";
import { listenerFor, platformFor, toolsetFor } from "../e2e/agent.js";

const account = {
  uuid: randomUUID(),
  nanoId: "ca_1",
  integrationUuid: randomUUID(),
  authConfigNanoId: "ac_1",
  userId: "bob",
  status: "ACTIVE",
};

test.each([
  ["as the platform sends it", (body: object) => body],
  ["as a relay hands it on", (body: object) => relayedAdminShape(body as ReturnType<typeof adminShape>)],
])("accounts begun and completed are typed events of the platform's webhook, %s", async (_, wrapped) => {
  const platform = await platformFor();
  const { listener } = listenerFor(toolsetFor(platform), { webhook: { port: 0 } });
  const heard: unknown[] = [];
  listener.callback("connected_account.add.start", ({ triggerName, payload }) => {
    expectTypeOf(payload).toEqualTypeOf<AccountProgress>();
    expectTypeOf(triggerName).toEqualTypeOf<"connected_account.add.start">();
    heard.push(["started", payload.app_name]);
  });
  listener.callback("connected_account.add.completed", ({ appName, connectionId, payload }) => {
    heard.push(["completed", appName, connectionId, payload.connected_account_id]);
  });
  await listener.start();
  const { webhookSecret, id: projectId, clientId } = platform.project;
  for (const step of ["start", "completed"] as const) {
    const shape = adminShape(
      {
        messageId: randomUUID(),
        timestamp: new Date().toISOString(),
        appName: "github",
        account,
        project: { clientId, clientNumber: 1, projectId, orgId: "ok_1" },
      },
      step,
    );
    const body = JSON.stringify(wrapped(shape));
    const [id, time] = [`msg_${step}`, String(Math.floor(Date.now() / 1000))];
    const signature = createHmac("sha256", webhookSecret).update(`${id}.${time}.${body}`).digest("base64");
    const headers = { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": `v1,${signature}` };
    const url = `${listener.health().webhook?.url}/webhook`;
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
  }
  expect(heard).toEqual([
    ["started", "github"],
    ["completed", "github", account.uuid, account.uuid],
  ]);
});

test("an account that expires is a typed event, where the subscription asks for it; registering keeps what it asks for", async () => {
  const platform = await platformFor();
  const enabled_events = ["composio.trigger.message", "composio.connected_account.expired"];
  const body = { webhook_url: "http://127.0.0.1:9/", enabled_events, version: "V3" };
  await call(platform, "POST", "/api/v3.1/webhook_subscriptions", { body });
  const { listener } = listenerFor(toolsetFor(platform), { webhook: { port: 0 } });
  const heard: ExpiredAccount[] = [];
  listener.callback("composio.connected_account.expired", ({ payload, connectionId, entityId }) => {
    expectTypeOf(payload).toEqualTypeOf<ExpiredAccount>();
    expect([connectionId, entityId]).toEqual([payload.id, "bob"]);
    heard.push(payload);
  });
  await listener.start();
  const added = await control(platform, "POST", "/accounts", { appName: "github", userId: "bob" });
  await control(platform, "PATCH", `/accounts/${added.json.id}`, { status: "EXPIRED" });
  await platform.idle();
  await vi.waitFor(() => expect(heard).toHaveLength(1));
  expect(heard[0]).toMatchObject({
    id: added.json.id,
    status: "EXPIRED",
    toolkit: { slug: "github" },
    auth_config: { id: expect.stringMatching(/^ac_/) },
  });
});
