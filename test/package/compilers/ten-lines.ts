import { github, memoryInbox, Toolset, type TriggerEvent, TriggerListener } from "earshot";
import { startPlatform } from "earshot/dev";
import { redisInbox } from "earshot/redis";
import { sqliteInbox } from "earshot/sqlite";
import { fakeEvent, signedWebhook } from "earshot/testing";

// As `process.env.X` and an optional signal of the caller are: perhaps not given.
declare const env: { readonly [name: string]: string | undefined };
declare const signal: AbortSignal | undefined;
declare const count: number | undefined;
declare const flag: boolean | undefined;

export async function main(): Promise<void> {
  const toolset = new Toolset({
    apiKey: env.COMPOSIO_API_KEY,
    baseUrl: env.COMPOSIO_BASE_URL,
    maxTries: count,
  });
  await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", {
    config: { owner: "acme", repo: "site" },
    connectedAccountId: env.ACCOUNT,
    signal,
  });
  await toolset.enableTrigger("GMAIL_NEW_GMAIL_MESSAGE", {
    config: { interval: count, labelIds: env.LABEL },
  });
  await toolset.getTrigger("GITHUB_STAR_ADDED_EVENT", { signal });

  const listener = toolset.createTriggerListener({
    websocket: flag,
    concurrency: count,
    retry: { attempts: count, baseMs: count },
    socket: { quietLimitMs: count, backoff: { capMs: count } },
    inbox: flag ? memoryInbox({ maxSettled: count }) : undefined,
    webhook: { port: count, secrets: env.SECRET, publicUrl: env.PUBLIC_URL, unsigned: flag },
  });
  listener.callback("GITHUB_STAR_ADDED_EVENT", async (event) => {
    const by: string = event.payload.starred_by;
    // @ts-expect-error a text is no number: the payload is typed
    const wrong: number = event.payload.starred_by;
    return [by, wrong, event.triggerName];
  });
  listener.callback(
    { appName: env.APP, triggerName: "GITHUB_STAR_ADDED_EVENT" },
    ({ payload }) => payload.starred_by.trim(),
    {
      name: env.NAME,
      retry: { attempts: count },
      attemptTimeoutMs: count,
    },
  );
  const star = await listener.once("GITHUB_STAR_ADDED_EVENT", { signal, timeoutMs: count });
  star.payload.starred_by.trim();
  const generic = (event: TriggerEvent): string | undefined => event.connectionId;
  listener.callback({}, generic);
  await listener.stop({ timeoutMs: count });
}

export const direct = new TriggerListener({
  webhook: { routes: { "/github": { source: github({ secrets: env.GITHUB }), maxBodyBytes: count } } },
});

export const inboxes = [
  sqliteInbox({ path: "events.db", pollMs: count }),
  redisInbox({ connection: "redis://127.0.0.1", prefix: env.PREFIX }),
];

export const platform = () => startPlatform({ port: count, dataDir: env.DIR });
export const star = fakeEvent("GITHUB_STAR_ADDED_EVENT", {} as never).payload.starred_by.trim();
export const signed = signedWebhook({ secret: "a secret of some length", triggerName: "X", payload: {} });
