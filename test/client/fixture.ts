import { expect, onTestFinished } from "vitest";
import { type Platform, type PlatformOptions, startPlatform } from "../../src/dev/index.js";
import type { ApiVersion, ToolsetOptions } from "../../src/settings/toolset.js";
import { Toolset } from "../../src/toolset.js";
import { callProblem, startStrict } from "../support/strict-platform.js";
import type { Seen } from "./support.js";
import { type Answerer, byPath, KEY, type Reply, type Scripted, scripted } from "./support.js";

export type Replies = Readonly<Record<string, Reply | ((seen: Seen) => Reply)>>;

/** A toolset that talks to a scripted server. */
export async function setUp(
  apiVersion: ApiVersion,
  replies: Replies | Answerer,
  options: ToolsetOptions = {},
): Promise<{ server: Scripted; toolset: Toolset; asked: () => string[] }> {
  const server = await scripted(typeof replies === "function" ? replies : byPath(replies));
  const toolset = new Toolset({ apiKey: KEY, baseUrl: server.url, apiVersion, maxTries: 1, ...options });
  onTestFinished(async () => {
    await toolset.close();
    await server.close();
    // Whatever a test is about, the hosted platform has to accept what the client sends.
    expect(rejectedCalls(server)).toEqual([]);
  });
  return { server, toolset, asked: () => server.seen.map(({ what }) => what) };
}

/** A local platform, and a toolset on it. Both end with the test. */
export interface OnPlatform {
  readonly platform: Platform;
  readonly toolset: Toolset;
}

/** On the local platform as users start it. */
export async function onLocalPlatform(
  apiVersion: ApiVersion,
  options: ToolsetOptions = {},
  platformOptions: PlatformOptions = {},
): Promise<OnPlatform> {
  const platform = await startPlatform(platformOptions);
  const toolset = new Toolset({ apiKey: KEY, baseUrl: platform.url, apiVersion, ...options });
  onTestFinished(async () => {
    await toolset.close();
    await platform.stop();
  });
  return { platform, toolset };
}

/** On a platform as strict as the hosted one: with two-factor checks, and with nothing in a call that it does not know. */
export async function onStrictPlatform(
  apiVersion: ApiVersion,
  options: ToolsetOptions = {},
  platformOptions: PlatformOptions = {},
): Promise<OnPlatform> {
  const platform = await startPlatform({ twoFactor: true, ...platformOptions });
  const strict = await startStrict(platform.url);
  const toolset = new Toolset({ apiKey: KEY, baseUrl: strict.url, apiVersion, ...options });
  onTestFinished(async () => {
    await toolset.close();
    await strict.close();
    await platform.stop();
    expect(strict.rejected).toEqual([]);
  });
  return { platform, toolset };
}

/** What the hosted platform would reject of the calls that a server got. */
function rejectedCalls({ seen }: Scripted): string[] {
  return seen.flatMap(({ method, path, query, headers, body }) => {
    const url = `${path}?${query}`;
    const problem = callProblem({ method, url, type: headers["content-type"] ?? "", body });
    return problem === undefined ? [] : [`${method} ${path}: ${problem}`];
  });
}

/** One page of generation 3. */
export function page3(items: readonly unknown[], next?: string): Reply {
  return {
    json: { items, next_cursor: next ?? null, total_pages: 1, current_page: 1, total_items: items.length },
  };
}

export const config = {
  type: "object",
  properties: { owner: { type: "string", description: "Owner of the repository" }, repo: { type: "string" } },
  required: ["owner", "repo"],
};

export const trigger3 = {
  slug: "GITHUB_STAR_ADDED_EVENT",
  name: "Star added",
  description: "Someone starred",
  instructions: "",
  type: "webhook",
  toolkit: { slug: "GitHub", name: "GitHub", logo: "" },
  config,
  payload: { type: "object" },
  version: "20250930_00",
};

export const trigger1 = {
  name: "GITHUB_STAR_ADDED_EVENT",
  display_name: "Star added",
  description: "Someone starred",
  type: "webhook",
  appKey: "github",
  appId: "a1",
  appName: "GitHub",
  config,
  payload: { type: "object" },
};

export function account3(id: string, more: object = {}) {
  return {
    id,
    toolkit: { slug: "github" },
    auth_config: { id: "ac_1" },
    user_id: "default",
    status: "ACTIVE",
    is_disabled: false,
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-02T00:00:00Z",
    deprecated: { uuid: `uuid-${id}` },
    ...more,
  };
}

export function account1(id: string, more: object = {}) {
  return {
    id,
    integrationId: "int-1",
    appUniqueId: "github",
    appName: "github",
    clientUniqueUserId: "default",
    status: "ACTIVE",
    isDisabled: false,
    createdAt: "2026-01-01T00:00:00Z",
    updatedAt: "2026-01-02T00:00:00Z",
    ...more,
  };
}
