import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Platform } from "../../src/dev/index.js";
import { Toolset } from "../../src/index.js";
import { control } from "./browser.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
const people = ["ada", "grace", "linus", "barbara", "edsger"];
/** Not the name itself, which is for debugging only. */
const { console: output } = globalThis;

/**
 * Content for every view: a trigger, a listener whose callback asks the model, answers in Slack, logs and sometimes
 * fails, rejected webhooks.
 *
 * @param more events beyond the first twelve
 */
export async function seed(
  platform: Platform,
  more = 0,
): Promise<{ readonly trigger: string; readonly event: string }> {
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      response.statusCode = /"repository_id": ?[27]\b/.test(body) ? 422 : 200;
      response.end(response.statusCode === 200 ? "thank you" : "no");
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  await control(platform, "POST", "instances", { name: STAR, config: { owner: "acme", repo: "site" } });
  for (const [name, config] of [
    ["SLACK_RECEIVE_MESSAGE", {}],
    ["GITHUB_ISSUE_ADDED_EVENT", { owner: "acme", repo: "site" }],
  ] as const)
    await control(platform, "POST", "instances", { name, config });
  const { port } = receiver.address() as AddressInfo;
  await control(platform, "PUT", "webhook", { url: `http://127.0.0.1:${port}/` });
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  const listener = toolset.createTriggerListener({ retry: { attempts: 2, baseMs: 20, capMs: 40 } });
  onTestFinished(() => listener.stop());
  listener.callback(STAR, async function greet(event) {
    output.info("greeting %s", event.payload.starred_by);
    if (Number(event.payload.repository_id) % 5 === 0) throw new Error("The greeting could not be sent");
    if (Number(event.payload.repository_id) < 8) return;
    await askModel(platform, `Thank ${event.payload.starred_by} for the star`);
    const text = `Thank you for the star, ${event.payload.starred_by}!`;
    await toolset.executeAction("SLACK_SEND_MESSAGE", { channel: "general", text });
    output.warn("the channel #general has one member only");
  });
  listener.on("callback.failed", () => undefined);
  listener.on("event.dead-lettered", () => undefined);
  const settled = new Set<string>();
  listener.callback("SLACK_RECEIVE_MESSAGE", function remember() {});
  listener.on("event.unmatched", ({ id }) => settled.add(id));
  listener.on("event.done", ({ id }) => settled.add(id));
  listener.on("event.dead-lettered", ({ id }) => settled.add(id));
  await listener.start();
  let event = "";
  await platform.fire("GITHUB_ISSUE_ADDED_EVENT");
  await platform.fire("SLACK_RECEIVE_MESSAGE");
  const wait = async (isMet: () => boolean) => {
    const deadlineMs = Date.now() + 30_000;
    while (!isMet() && Date.now() < deadlineMs) await new Promise((resolve) => setImmediate(resolve));
  };
  for (let number = 0; number < 10 + more; number += 1) {
    const { logIds } = await platform.fire(STAR, {
      data: {
        ...{ action: "created", repository_id: number, repository_name: "site" },
        ...{
          repository_url: "https://github.com/acme/site",
          starred_at: "2025-03-11T14:05:09Z",
          starred_by: people[number % people.length],
        },
      },
    });
    const id = logIds[0] ?? "";
    event = id;
    // One after the other, so that they spread over time.
    if (number >= 10) await wait(() => settled.has(id));
  }
  await wait(() => settled.size >= 12 + more);
  return { trigger: STAR, event };
}

/** One request to the scripted model, in OpenAI's form. @returns its text */
export async function askModel({ model }: Pick<Platform, "model">, content: string): Promise<string> {
  const response = await fetch(`${model.urls.openai}/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer any", "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-5", messages: [{ role: "user", content }] }),
  });
  const { choices } = (await response.json()) as {
    readonly choices: readonly { readonly message: { readonly content: string } }[];
  };
  return choices[0]?.message.content ?? "";
}
