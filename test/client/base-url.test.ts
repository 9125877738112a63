import { Toolset } from "earshot";
import { describe, expect, test } from "vitest";
import { type ToolsetOptions, toolsetSettings } from "../../src/settings/toolset.js";
import { KEY, settingsFor } from "./support.js";

const messageOf = (make: () => unknown) => {
  try {
    make();
  } catch (error) {
    return (error as Error).message;
  }
  return "taken";
};

test.each([
  ["https://backend.composio.dev", "https://backend.composio.dev"],
  ["https://backend.composio.dev/", "https://backend.composio.dev"],
  ["https://backend.composio.dev///", "https://backend.composio.dev"],
  ["  https://backend.composio.dev\n", "https://backend.composio.dev"],
  ["HTTPS://Backend.Composio.dev:443", "https://backend.composio.dev"],
  ["http://127.0.0.1:4747/", "http://127.0.0.1:4747"],
  ["http://[::1]:4747", "http://[::1]:4747"],
])("an origin is taken as base URL, whatever stands around it: %j", (given, taken) => {
  expect(settingsFor(given).baseUrl).toBe(taken);
});

describe("a base URL with more than an origin is refused when the toolset is made, with the right one", () => {
  test.each([
    ["https://backend.composio.dev/api/v3", "has the path /api/v3, "],
    ["https://backend.composio.dev/api/v3.1/", "has the path /api/v3.1, "],
    ["https://backend.composio.dev/api", "has the path /api, "],
    ["https://backend.composio.dev/api/v3?project=1#x", "has the path /api/v3, "],
    ["https://backend.composio.dev?project=1", "has a query, "],
    ["https://backend.composio.dev/#x", "has a fragment, "],
    ["https://joe:secret@backend.composio.dev", "has a user name or a password, "],
  ])("%s", (baseUrl, problem) => {
    const end = "which it cannot have: use https://backend.composio.dev.";
    expect(messageOf(() => new Toolset({ apiKey: KEY, baseUrl }))).toBe(`\`baseUrl\` ${problem}${end}`);
    // As it comes from the environment.
    const environment = { ...settingsFor("https://x.example").environment, baseUrl };
    const message = messageOf(() => toolsetSettings({ apiKey: KEY }, environment));
    expect(message).toBe(`\`baseUrl\` (COMPOSIO_BASE_URL) ${problem}${end}`);
    expect(message).not.toContain("secret");
  });

  test.each([
    ["backend.composio.dev", '`baseUrl` is not a URL: "backend.composio.dev".'],
    ["joe:secret@:backend", "`baseUrl` starts with http:// or https://, not joe://."],
    ["https://joe:secret@", '`baseUrl` is not a URL: "…@".'],
    ["ftp://backend.composio.dev", "`baseUrl` starts with http:// or https://, not ftp://."],
    [42, "`baseUrl` is not a URL: a number."],
  ])("%s", (baseUrl, message) => {
    const options = { apiKey: KEY, baseUrl } as ToolsetOptions;
    expect(messageOf(() => new Toolset(options))).toBe(message);
  });
});

test("a realtime URL may have a path, and nothing behind it", () => {
  const of = (realtimeUrl: string) => settingsFor("https://x.example", { realtimeUrl }).realtimeUrl;
  expect(of("wss://push.example/base/")).toBe("wss://push.example/base");
  expect(messageOf(() => of("wss://push.example/base?key=1"))).toBe(
    "`realtimeUrl` has a query, which it cannot have: use wss://push.example/base.",
  );
});
