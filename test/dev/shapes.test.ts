import { expect, test } from "vitest";
import type { FiredEvent } from "../../src/dev/fired.js";
import {
  accountExpiredShape,
  adminShape,
  realtimeShape,
  relayedAdminShape,
  webhookShape,
} from "../../src/dev/shapes.js";

const event: FiredEvent = {
  logId: "log_1",
  messageId: "msg_1",
  timestamp: "2026-01-02T03:04:05.678Z",
  triggerName: "GITHUB_STAR_ADDED_EVENT",
  appName: "github",
  instance: { uuid: "instance-uuid", nanoId: "ti_1", config: { owner: "acme" } },
  account: {
    uuid: "account-uuid",
    nanoId: "ca_1",
    integrationUuid: "integration-uuid",
    authConfigNanoId: "ac_1",
    userId: "ada",
    status: "ACTIVE",
  },
  payload: { starred_by: "ada", user_id: "of the app" },
  originalPayload: { action: "created" },
  project: { clientId: "client-uuid", clientNumber: 7, projectId: "pr_1", orgId: "org_1" },
};

test("realtime, legacy: no event id; metadata.id is the trigger instance", () => {
  expect(realtimeShape(event)).toEqual({
    appName: "github",
    clientId: 7,
    payload: event.payload,
    originalPayload: event.originalPayload,
    metadata: {
      id: "instance-uuid",
      nanoId: "ti_1",
      connectionId: "account-uuid",
      triggerName: "GITHUB_STAR_ADDED_EVENT",
      triggerData: "{}",
      triggerConfig: { owner: "acme" },
      connection: {
        id: "account-uuid",
        connectedAccountNanoId: "ca_1",
        integrationId: "integration-uuid",
        authConfigNanoId: "ac_1",
        clientUniqueUserId: "ada",
        status: "ACTIVE",
      },
    },
  });
});

test("V1", () => {
  expect(webhookShape(event, "V1")).toEqual({
    trigger_name: "GITHUB_STAR_ADDED_EVENT",
    connection_id: "account-uuid",
    trigger_id: "instance-uuid",
    payload: event.payload,
    log_id: "log_1",
  });
});

test("V2: the payload stands beside the ids, and an id has its name whatever the payload calls so", () => {
  expect(webhookShape(event, "V2")).toEqual({
    type: "github_star_added_event",
    timestamp: "2026-01-02T03:04:05.678Z",
    log_id: "log_1",
    data: {
      starred_by: "ada",
      connection_id: "account-uuid",
      connection_nano_id: "ca_1",
      trigger_nano_id: "ti_1",
      trigger_id: "instance-uuid",
      user_id: "ada",
    },
  });
});

test("V3", () => {
  expect(webhookShape(event, "V3")).toEqual({
    id: "msg_1",
    timestamp: "2026-01-02T03:04:05.678Z",
    type: "composio.trigger.message",
    metadata: {
      log_id: "log_1",
      trigger_slug: "GITHUB_STAR_ADDED_EVENT",
      trigger_id: "ti_1",
      connected_account_id: "ca_1",
      auth_config_id: "ac_1",
      user_id: "ada",
    },
    data: event.payload,
  });
});

test("V3, other: an account that expired", () => {
  expect(accountExpiredShape(event)).toMatchObject({
    id: "msg_1",
    timestamp: "2026-01-02T03:04:05.678Z",
    type: "composio.connected_account.expired",
    metadata: { project_id: "pr_1", org_id: "org_1" },
    data: {
      id: "ca_1",
      status: "EXPIRED",
      toolkit: { slug: "github" },
      auth_config: { id: "ac_1" },
      user_id: "ada",
    },
  });
});

test("the admin webhook, bare and as a relay hands it on", () => {
  const bare = adminShape(event, "completed");
  expect(bare).toMatchObject({
    type: "connected_account.add.completed",
    data: { app_name: "github", integration_id: "integration-uuid", connected_account_id: "account-uuid" },
  });
  expect(relayedAdminShape(bare, "http://127.0.0.1:8000/hooks/in?a=1").event).toMatchObject({
    method: "POST",
    path: "/hooks/in",
    query: { a: "1" },
    body: bare,
  });
});
