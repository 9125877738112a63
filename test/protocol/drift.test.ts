import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { compareCalls } from "../../scripts/drift/compare.js";
import { operationsOf } from "../../scripts/drift/descriptions.js";
import { type RecordedCall, recordCalls, unusedRoutes } from "../../scripts/drift/record.js";

const instance = {
  type: "object",
  required: ["id", "updated_at"],
  properties: { id: { type: "string" }, updated_at: { type: "string", nullable: true } },
};

/** A description of two calls of generation 3, under its older root. */
const description = (change: object = {}) => ({
  openapi: "3.0.0",
  components: {
    schemas: { Instance: instance, Status: { type: "string", enum: ["enable", "disable"] } },
  },
  paths: {
    "/api/v3/trigger_instances/active": {
      get: {
        parameters: ["connected_account_ids", "auth_config_ids", "trigger_ids", "trigger_names", "user_ids"]
          .concat(["show_disabled", "limit", "cursor"])
          .map((name) => ({ name, in: "query", schema: {} })),
        responses: {
          200: {
            content: {
              "application/json": {
                schema: {
                  type: "object",
                  required: ["items"],
                  properties: {
                    items: { type: "array", items: { $ref: "#/components/schemas/Instance" } },
                    next_cursor: { type: "string", nullable: true },
                  },
                },
              },
            },
          },
        },
        ...change,
      },
    },
    "/api/v3/trigger_instances/manage/{triggerId}": {
      patch: {
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: {
                type: "object",
                required: ["status"],
                properties: { status: { $ref: "#/components/schemas/Status" } },
              },
            },
          },
        },
        responses: { "2XX": {}, default: {} },
      },
    },
  },
});

let calls: readonly RecordedCall[];
beforeAll(async () => {
  calls = await recordCalls();
});

const compare = (document: object) => compareCalls(calls, operationsOf(document, "a description"));

test("a description that fits has no differences, and what it lacks is listed", async () => {
  const { drifts, undescribed, comparedCalls } = await compare(description());
  expect(drifts).toEqual([]);
  expect(comparedCalls).toBeGreaterThan(2);
  expect(undescribed).toContain("GET /api/v3.1/triggers_types");
});

describe("a difference is told", () => {
  const active = "GET /api/v3/trigger_instances/active";
  const response = (schema: object) => ({
    responses: { 200: { content: { "application/json": { schema } } } },
  });
  test.each<[string, object, string, string]>([
    [
      "a query name",
      { parameters: [{ name: "limit", in: "query" }] },
      "client",
      "query name `show_disabled`",
    ],
    ["a status", { responses: { 204: {} } }, "platform", "the status 200 is not described; there are 204"],
    ["a missing member", response({ type: "object", required: ["page"] }), "platform", "page: is missing"],
    [
      "a type within a list",
      response({ properties: { items: { items: { properties: { id: { type: "integer" } } } } } }),
      "platform",
      "expected integer",
    ],
    [
      "a value that may not be null",
      response({ properties: { next_cursor: { type: "string" } } }),
      "platform",
      "next_cursor",
    ],
  ])("%s", async (_, change, side, said) => {
    const { drifts } = await compare(description(change));
    expect(drifts).toContainEqual({ side, call: active, message: expect.stringContaining(said) });
  });

  test("a member of a body, one that is missing, and a value", async () => {
    const document = JSON.parse(
      JSON.stringify(description()).replaceAll('"status"', '"state"').replaceAll('"enable"', '"on"'),
    );
    const { drifts } = await compare(document);
    const messages = drifts.map(({ message }) => message);
    expect(messages).toContain("the member `status` of the body is not described");
    expect(messages.join()).toContain("state: is missing");
  });
});

test("every route that the client has is called, except those for which no public call exists", () => {
  expect(unusedRoutes(calls)).toEqual([
    "GET /api/v3.1/webhook_subscriptions/{id}",
    "GET /api/v3.1/internal/trigger/log/{id}",
    "POST /api/v1/triggers/disable/{triggerInstanceId}",
  ]);
});

test.each<[string, string | undefined, string]>([
  ["no file", undefined, "Name at least one"],
  ["a file that is not JSON", "{", "cannot be read"],
  ["a file that is no description", "{}", "it has no `paths`"],
])("%s is exit code 2, with the reason", async (_, text, said) => {
  const folder = mkdtempSync(join(tmpdir(), "earshot-drift-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "description.json");
  if (text !== undefined) writeFileSync(file, text);
  const args = ["run", "--silent", "check:drift", "--", ...(text === undefined ? [] : [file])];
  const cwd = join(import.meta.dirname, "../..");
  const error = await promisify(execFile)("npm", args, { cwd }).then(
    () => undefined,
    (thrown: { code: number; stderr: string }) => thrown,
  );
  expect(error).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
});
