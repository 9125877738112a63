import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { type Platform, type PlatformOptions, startPlatform } from "../../../src/dev/index.js";

export const KEY = "test-key";

/** A platform that ends with the test. */
export async function run(options: PlatformOptions = {}): Promise<Platform> {
  const platform = await startPlatform(options);
  onTestFinished(() => platform.stop());
  return platform;
}

export interface Sent {
  readonly body?: unknown;
  /** Sent as they stand, instead of `body`. */
  readonly bytes?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default {@link KEY}; empty sends none. */
  readonly key?: string;
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what they get, and fail where it is not there
  readonly json: any;
}

/** One call over a connection of its own, with exactly these headers. */
export function call(
  { port }: Pick<Platform, "port">,
  method: string,
  path: string,
  { body, bytes, headers = {}, key = KEY }: Sent = {},
): Promise<Got> {
  const payload = bytes ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const sent = request({
      host: "127.0.0.1",
      port,
      method,
      path,
      agent: false,
      headers: {
        ...(key !== "" && { "x-api-key": key }),
        ...(payload !== undefined && {
          "content-type": "application/json",
          "content-length": String(Buffer.byteLength(payload)),
        }),
        ...headers,
      },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
      });
    });
    sent.end(payload);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A call of the control API. */
export function control(platform: Platform, method: string, path: string, body?: unknown): Promise<Got> {
  const sent = { headers: { "x-earshot-dev": "1" }, key: "" };
  return call(platform, method, `/dev/api${path}`, body === undefined ? sent : { ...sent, body });
}

/** A directory that goes with the test. */
export async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "earshot-platform-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export const STAR = "GITHUB_STAR_ADDED_EVENT";
export const SITE = { owner: "acme", repo: "site" };

/** The default entity's account at an app, as generation 3 shows it. */
export async function accountOf(platform: Platform, app = "github", user = "default") {
  const got = await call(
    platform,
    "GET",
    `/api/v3.1/connected_accounts?toolkit_slugs=${app}&user_ids=${user}`,
  );
  return got.json.items[0];
}

/** Enables a trigger. @returns its `ti_…` id and its UUID */
export async function enable(platform: Platform, slug = STAR, config: unknown = SITE, user = "default") {
  const got = await call(platform, "POST", `/api/v3.1/trigger_instances/${slug}/upsert`, {
    body: { user_id: user, trigger_config: config },
  });
  expect(got.status, got.text).toBe(200);
  return { id: String(got.json.trigger_id), uuid: String(got.json.deprecated.uuid) };
}

/** What an id looks like. */
export const uuid = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
);
export const nano = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}_[A-Za-z0-9]{12}$`));
export const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
export const text = expect.any(String);

/** Generation 1's error body. */
export const errorV1 = (status: number, type: string, more: object = {}) => ({
  status,
  message: text,
  requestId: text,
  type,
  ...more,
});

/** Generation 3's error body. */
export const errorV3 = (status: number, more: object = {}) => ({
  error: { message: text, code: 10_000 + status, status, request_id: text, ...more },
});

/** Waits until it holds; the test's own time limit ends a wait for what never comes. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
