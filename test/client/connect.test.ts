import { describe, expect, test } from "vitest";
import type { ApiAdapter } from "../../src/client/api-adapter.js";
import { beginConnection } from "../../src/client/connect.js";
import type { ConnectedAccount } from "../../src/client/types.js";
import { manualClock } from "../support/manual-clock.js";
import { account1, account3, page3, type Replies, setUp } from "./fixture.js";
import { rejection, type Seen } from "./support.js";

/** The same platform in both generations' words: github has an integration, stripe takes a key, acme has none yet. */
const platforms: Readonly<Record<"v3" | "v1", Replies>> = {
  v3: {
    "GET /api/v3.1/auth_configs": page3([
      { id: "ac_off", toolkit: { slug: "github" }, auth_scheme: "OAUTH2", status: "DISABLED" },
      { id: "ac_1", toolkit: { slug: "github" }, auth_scheme: "OAUTH2", status: "ENABLED" },
    ]),
    "POST /api/v3.1/auth_configs": ({ body }) => {
      const { slug } = JSON.parse(body).toolkit;
      if (slug === "gihub")
        return { status: 400, json: { error: { message: "no toolkit", code: 1, status: 400 } } };
      return { status: 201, json: { toolkit: { slug }, auth_config: { id: `ac_${slug}` } } };
    },
    "GET /api/v3.1/toolkits": page3([{ slug: "github" }, { slug: "stripe" }, { slug: "acme" }]),
    "GET /api/v3.1/toolkits/stripe": {
      json: {
        slug: "stripe",
        auth_config_details: [
          { mode: "OAUTH2", fields: {} },
          {
            mode: "API_KEY",
            fields: { connected_account_initiation: { required: [{ name: "generic_api_key" }] } },
          },
        ],
      },
    },
    "POST /api/v3.1/connected_accounts/link": {
      status: 201,
      json: {
        link_token: "lk_1",
        redirect_url: "https://platform.example/connect/lk_1",
        expires_at: "2026-01-01T00:00:00Z",
        connected_account_id: "acc-1",
      },
    },
    "POST /api/v3.1/connected_accounts": { status: 201, json: { id: "acc-1" } },
    "GET /api/v3.1/connected_accounts/acc-1": { json: account3("acc-1") },
    "PATCH /api/v3.1/connected_accounts/acc-1/status": { json: { success: true } },
    "DELETE /api/v3.1/connected_accounts/acc-1": { json: { success: true } },
  },
  v1: {
    "GET /api/v1/integrations": {
      json: {
        items: [
          { id: "int-off", appName: "github", authScheme: "OAUTH2", enabled: false },
          { id: "int-1", appName: "github", authScheme: "OAUTH2", enabled: true },
        ],
        totalPages: 1,
        page: 1,
      },
    },
    "POST /api/v1/integrations": ({ body }) => {
      const { appName } = JSON.parse(body);
      if (appName === "gihub") return { status: 404, json: { status: 404, message: "no app" } };
      return { json: { id: `int-${appName}`, appName } };
    },
    "GET /api/v1/apps": {
      json: {
        items: [
          { key: "github" },
          {
            key: "stripe",
            auth_schemes: [{ mode: "API_KEY", fields: [{ name: "generic_api_key", required: true }] }],
          },
        ],
      },
    },
    "POST /api/v1/connectedAccounts": {
      json: {
        connectionStatus: "INITIATED",
        connectedAccountId: "acc-1",
        redirectUrl: "https://platform.example/connect/lk_1",
      },
    },
    "GET /api/v1/connectedAccounts/acc-1": { json: account1("acc-1") },
    "POST /api/v1/connectedAccounts/acc-1/enable": { json: { status: "success" } },
    "POST /api/v1/connectedAccounts/acc-1/disable": { json: { status: "success" } },
    "DELETE /api/v1/connectedAccounts/acc-1": { json: { status: "success", count: 1 } },
  },
};

describe.each(["v3", "v1"] as const)("generation %s", (version) => {
  const start = () => setUp(version, platforms[version]);
  const bodyOf = (seen: Seen | undefined): unknown => JSON.parse(seen?.body ?? "");

  test("connect gives the page of the app's own integration, and waits for the account", async () => {
    const { toolset, server } = await start();
    const request = await toolset
      .getEntity("joe")
      .connect("GitHub", { callbackUrl: "https://acme.example/done" });
    expect(request).toMatchObject({
      connectedAccountId: "acc-1",
      redirectUrl: "https://platform.example/connect/lk_1",
    });
    expect(bodyOf(server.seen.at(-1))).toEqual(
      version === "v3"
        ? { auth_config_id: "ac_1", user_id: "joe", callback_url: "https://acme.example/done" }
        : { integrationId: "int-1", entityId: "joe", redirectUri: "https://acme.example/done", data: {} },
    );
    await expect(request.waitUntilActive()).resolves.toMatchObject({ id: "acc-1", usable: true });
  });

  test("an app without an integration gets one; a given one is used as it is", async () => {
    const { toolset, server, asked } = await start();
    await toolset.connect("acme");
    expect(bodyOf(server.seen[1])).toMatchObject(
      version === "v3"
        ? { toolkit: { slug: "acme" }, auth_config: { type: "use_composio_managed_auth" } }
        : { appName: "acme", useComposioAuth: true },
    );
    const before = asked().length;
    await toolset.connect("acme", { integrationId: "own" });
    expect(asked().length).toBe(before + 1);
    expect(JSON.stringify(bodyOf(server.seen.at(-1)))).toContain('"own"');
  });

  test("an app that does not exist offers the nearest", async () => {
    const { toolset } = await start();
    const error = await rejection(toolset.connect("gihub"));
    expect(error).toMatchObject({ code: "ERR_APP_UNKNOWN" });
    expect(error.message).toBe('There is no app "gihub". Nearest: github.');
    for (const call of [
      () => toolset.connect(""),
      () => toolset.connect("github", { callbackUrl: "nowhere" }),
      () => toolset.connect("github", { entity: "joe" } as never),
      () => toolset.connectWithKey("stripe", ""),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "ERR_OPTION" });
    }
  });

  test.each([undefined, null, 7, "", []])("connectWithKey takes no credentials like %j", async (given) => {
    const { toolset, server } = await start();
    await expect(toolset.connectWithKey("stripe", given as never)).rejects.toMatchObject({
      code: "ERR_OPTION",
    });
    expect(server.seen.filter(({ method }) => method === "POST")).toEqual([]);
  });

  test("connectWithKey sends the key under the name that the app has for it", async () => {
    const { toolset, server } = await start();
    const account = await toolset.connectWithKey("stripe", "sk_1", { entityId: "joe" });
    expect(account).toMatchObject({ id: "acc-1" });
    const sent = server.seen.map(({ body }) => body).filter((body) => body.includes("sk_1"));
    expect(sent).toHaveLength(1);
    expect(JSON.parse(sent[0] ?? "")).toMatchObject(
      version === "v3"
        ? {
            auth_config: { id: "ac_stripe" },
            connection: {
              user_id: "joe",
              state: { authScheme: "API_KEY", val: { status: "ACTIVE", generic_api_key: "sk_1" } },
            },
          }
        : { integrationId: "int-stripe", entityId: "joe", data: { generic_api_key: "sk_1" } },
    );
  });

  test("an account is disabled, enabled and deleted", async () => {
    const { toolset, server } = await start();
    await toolset.disableAccount("acc-1");
    await toolset.switchAccount("acc-1", true);
    await toolset.deleteAccount("acc-1");
    expect(server.seen.map(({ what, body }) => `${what} ${body}`.trim())).toEqual(
      version === "v3"
        ? [
            'PATCH /api/v3.1/connected_accounts/acc-1/status {"enabled":false}',
            'PATCH /api/v3.1/connected_accounts/acc-1/status {"enabled":true}',
            "DELETE /api/v3.1/connected_accounts/acc-1",
          ]
        : [
            "POST /api/v1/connectedAccounts/acc-1/disable {}",
            "POST /api/v1/connectedAccounts/acc-1/enable {}",
            "DELETE /api/v1/connectedAccounts/acc-1",
          ],
    );
  });
});

describe("waiting for the person", () => {
  /** An account whose states come one after the other; the last one stays. */
  async function waiting(...states: string[]) {
    const clock = manualClock();
    let looks = 0;
    const adapter = {
      accounts: {
        link: async () => ({ connectedAccountId: "ca_1", redirectUrl: "https://platform.example" }),
        get: async () => {
          const status = states[Math.min(looks, states.length - 1)] ?? "";
          looks += 1;
          return {
            id: "ca_1",
            status,
            usable: status === "ACTIVE",
            statusReason: "as it is",
          } as ConnectedAccount;
        },
      },
    } as unknown as ApiAdapter;
    const connecting = { adapter, clock, appName: "github", signal: undefined };
    const request = await beginConnection(connecting, {
      entityId: "joe",
      integrationId: "ac_1",
      callbackUrl: undefined,
    });
    return { clock, request, looks: () => looks };
  }

  test("it looks again and again, with pauses, until the account is active", async () => {
    const { clock, request, looks } = await waiting("INITIATED", "initializing", "ACTIVE");
    const active = request.waitUntilActive();
    for (const count of [1, 2]) {
      await expect.poll(() => clock.pending()).toBe(2);
      expect(looks()).toBe(count);
      clock.advance(4000);
    }
    await expect(active).resolves.toMatchObject({ status: "ACTIVE" });
    expect(clock.pending()).toBe(0);
  });

  test.each(["FAILED", "EXPIRED", "REVOKED", "INACTIVE"])(
    "%s ends it at once, with the reason",
    async (status) => {
      const { request, clock } = await waiting(status);
      const error = await rejection(request.waitUntilActive());
      expect(error).toMatchObject({ code: "ERR_ACCOUNT_FAILED" });
      expect(error.message).toBe(`Account ca_1 of github cannot be used: its status is ${status}. as it is`);
      expect(clock.pending()).toBe(0);
    },
  );

  test("it ends with its time limit, and with its signal", async () => {
    const { clock, request } = await waiting("INITIATED");
    const late = rejection(request.waitUntilActive({ timeoutMs: 10 }));
    await expect.poll(() => clock.pending()).toBe(2);
    clock.advance(10);
    expect(await late).toMatchObject({ code: "ERR_TIMEOUT" });
    const controller = new AbortController();
    const stopped = rejection(request.waitUntilActive({ signal: controller.signal }));
    await expect.poll(() => clock.pending()).toBe(2);
    controller.abort();
    expect(await stopped).toMatchObject({ code: "ERR_ABORTED" });
    expect(clock.pending()).toBe(0);
    await expect(request.waitUntilActive({ timeout: 1 } as never)).rejects.toMatchObject({
      code: "ERR_OPTION",
    });
  });
});
