// What `earshot providers show` prints for a sender is run: its route accepts what `earshot sign` sends, and no other.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TriggerListener } from "earshot";
import * as exported from "earshot/verify";
import { afterAll, expect, test } from "vitest";
import { senderDefinitions } from "../../src/providers/event-formats.js";
import { describeSender, type Source } from "../../src/verify/index.js";
import { earshot, jsonLines } from "../cli/cli.js";
import { onlyTheirs, sampleKeys } from "../verify/support/sample-keys.js";

/** The routes that the printed program has. */
function routesOf(shown: string, env: Readonly<Record<string, string>>): Record<string, Source> {
  const [, names] = /import \{ (.*), TriggerListener \} from "earshot";/.exec(shown) ?? [];
  const [, routes] = /routes: (\{ .* \}) \},\n/.exec(shown) ?? [];
  const source = (exported as unknown as Record<string, unknown>)[String(names)];
  return new Function("process", String(names), `return ${routes};`)({ env }, source);
}

/** The platform's events have a shape of their own. */
const platformEvent = {
  id: "evt_1",
  timestamp: new Date().toISOString(),
  type: "composio.trigger.message",
  metadata: { log_id: "log_1", trigger_slug: "A", trigger_id: "t", connected_account_id: "c", user_id: "u" },
  data: {},
};

test.each(["README.md", "docs/providers.md"])(
  "%s gives the number of senders, rounded down to tens",
  (page) => {
    const text = readFileSync(join(import.meta.dirname, "../..", page), "utf8");
    const numbers = [...text.matchAll(/\b(more than )?(\d+|ninety) (?:webhook |other )?senders\b/gi)];
    const said = numbers.map(([, about = "", number]) => `${about.toLowerCase()}${number}`);
    const tens = Math.floor((senderDefinitions.length - 1) / 10) * 10;
    expect(new Set(said)).toEqual(new Set([`more than ${tens}`]));
  },
);

const received: string[] = [];
const listeners: TriggerListener[] = [];
afterAll(async () => {
  for (const listener of listeners) await listener.stop();
});

test.each(senderDefinitions.map((each) => [each.scheme.provider, each] as const))(
  "%s: the route that is shown accepts a signed sample, and no other body",
  async (provider, definition) => {
    const { scheme } = definition;
    const url = `https://hooks.example.com/webhooks/${provider}`;
    const { stdout: shown } = await earshot(["providers", "show", provider, "--url", url]);
    if (onlyTheirs.includes(provider)) {
      const refused = await earshot(["sign", provider, "--secret", "s3cret"]);
      expect(refused).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/only the sender has its key/),
      });
      return;
    }
    const { signs: secret, verifies: known } = sampleKeys(scheme);
    const env = new Proxy({}, { get: () => known });
    const routes = routesOf(shown, env);
    const listener = new TriggerListener({ signals: false, webhook: { port: 0, host: "127.0.0.1", routes } });
    listeners.push(listener);
    listener.callback({ provider }, (event) => void received.push(`${provider} ${event.triggerName}`));
    for (const type of ["warning", "delivery.rejected"] as const) listener.on(type, () => undefined);
    await listener.start();
    const { pathname } = new URL(url);
    const own = new URL(pathname, listener.health().webhook?.url).href;
    const sample =
      provider === "composio"
        ? platformEvent
        : { id: "evt_1", type: "thing.done", webhookTimestamp: Date.now(), value: [{}] };
    const data = provider === "twilio" ? "b=2&a=1" : JSON.stringify(sample);
    const names = ["--event", "thing.done", "--id", "msg_1"];
    const sent = await earshot([
      "sign",
      provider,
      "--secret",
      secret,
      "--data",
      data,
      ...names,
      "--url",
      own,
      "--signed-url",
      url,
      "--json",
    ]);
    const [line] = jsonLines(sent.stdout);
    expect(line, `${shown}\n${sent.stderr}`).toMatchObject({ status: expect.any(Number) });
    expect(Number(line?.status), JSON.stringify(line)).toBeLessThan(300);
    await expect.poll(() => received.some((each) => each.startsWith(`${provider} `))).toBe(true);
    if (!describeSender(definition).signsBody) return;
    const request = line as unknown as { headers: Record<string, string>; body: string };
    const changed = await fetch(own, {
      method: "POST",
      headers: request.headers,
      body: request.body.replace(/.$/, " $&"),
    });
    expect(changed.status).toBe(401);
  },
);
