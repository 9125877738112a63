// One of the processes. What happens in it stands in a file that all of them share, one line each, in order:
// `run NUMBER CALLBACK ID EXPECTED`, then `ok` or `bad CALLBACK ID` as the listener reports it, and `done ID`.
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  asana,
  github,
  hmac,
  hubspot,
  type Inbox,
  slack,
  standardWebhooks,
  stripe,
  svix,
  Toolset,
  type TriggerEvent,
  token,
} from "earshot";
import { type OddValue, oddValues } from "../../support/odd-values.js";
import { seeded, seedOf } from "../../support/seeded.js";
import { type Asked, callbacks, NUMBER_HEADER } from "./callbacks.js";
import { otherWhsec, PUBLIC_URL, secret, whsec } from "./senders.js";

/** How many of the runs throw, reject with, return or resolve with an odd value. */
const ODD = 0.05;
const LATE_MS = 1500;
const ATTEMPT_TIMEOUT_MS = 4000;

type Names = "API_VERSION" | "BASE_URL" | "LOG" | "PORT" | "PROCESS" | "SEED" | "VERSION";
const { API_VERSION, BASE_URL, LOG, PORT, PROCESS, SEED, VERSION } = process.env as Record<Names, string>;
const say = (...words: readonly (string | number)[]) =>
  appendFileSync(LOG, `${words.join(" ")} ${process.pid} ${Date.now()}\n`);

export async function receive(inbox: Inbox): Promise<void> {
  const toolset = new Toolset({ apiKey: "local", baseUrl: BASE_URL, apiVersion: API_VERSION as "v3" | "v1" });
  const listener = toolset.createTriggerListener({
    inbox,
    websocket: true,
    leaseMs: 15_000,
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    retry: { attempts: 20, baseMs: 5, capMs: 100 },
    webhook: { port: Number(PORT), host: "127.0.0.1", routes: routes() },
  });
  for (const asked of callbacks) {
    if (asked.only === "second process" && PROCESS !== "2") continue;
    if ((asked.only === "old" || asked.only === "new") && asked.only !== VERSION) continue;
    if (asked.when === "late") void sleep(LATE_MS).then(() => register(asked));
    else register(asked);
  }
  function register(asked: Asked): void {
    const handler = (event: TriggerEvent, { name, attempt }: { name: string; attempt: number }) =>
      work(asked, event, name, attempt);
    listener.callback(asked.filter, handler, {
      name: asked.name,
      ...(asked.poisoned === undefined ? {} : { retry: { attempts: 2 } }),
    });
  }
  // For every type at once, so that the listener's own warnings go on: they read the odd values too.
  listener.on("*", (report) => {
    if (report.type === "callback.done") say("ok", report.callback, report.id);
    else if (report.type === "callback.failed") say("bad", report.callback, report.id, codeOf(report.error));
    else if (report.type === "event.done") say("done", report.id);
    else if (report.type === "event.dead-lettered") say("dead", report.id);
    else if (report.type === "event.duplicate") say("seen", report.id, report.by ?? "id");
    else if (report.type === "inbox.error" || report.type === "warning") {
      say("trouble", JSON.stringify(report.error.message));
    } else if (report.type === "delivery.rejected")
      say("refused", report.status, report.error.code, report.path);
    else if (report.type === "gap.unfilled") say("unfilled", JSON.stringify(report.error.message));
  });
  await listener.start();
  say("up", process.pid);
  await listener.waitForever();
  await toolset.close();
}

function routes() {
  const standard = (secrets: string) => standardWebhooks({ secrets, provider: "billing" });
  const signed = (provider: string) => hmac({ secrets: secret, provider, header: "X-Signature" });
  return {
    "/hooks/github": github({ secrets: secret }),
    "/hooks/stripe": stripe({ secrets: secret }),
    "/hooks/slack": slack({ secrets: secret }),
    "/hubspot": hubspot({ secrets: secret, publicUrl: PUBLIC_URL }),
    "/hooks/asana": asana({ secrets: secret }),
    "/standard/one": standard(whsec),
    "/standard/two": standard(otherWhsec),
    "/hooks/clerk": svix({ secrets: whsec, provider: "clerk" }),
    "/hooks/ticker": signed("ticker"),
    "/hooks/drive": token({ secrets: secret, provider: "drive", header: "X-Goog-Channel-Token" }),
    "/hooks/forms": signed("forms"),
    "/hooks/plain": signed("plain"),
  };
}

function numberOf(event: TriggerEvent): string {
  const payload: unknown = event.payload;
  const inHeader = event.request?.headers[NUMBER_HEADER];
  if (inHeader !== undefined) return inHeader;
  if (typeof payload === "string") return /number=(\d+)/.exec(payload)?.[1] ?? "none";
  return String((payload as { number?: unknown }).number);
}

function work(asked: Asked, event: TriggerEvent, name: string, attempt: number): unknown {
  const number = numberOf(event);
  const random = seeded(seedOf(Number(SEED), number, name, attempt, event.id));
  const odd = asked.poisoned ? undefined : oddWay(random);
  const expected = asked.poisoned ? "fails" : (odd?.expected ?? "succeeds");
  say("run", number, name, event.id, expected.replace(" ", "-"), odd?.name.replaceAll(" ", "-") ?? "even");
  if (odd !== undefined) return odd.run();
  if (asked.poisoned) throw new Error(`The event ${number} is poisoned.`);
  return random() < 0.5 ? number : sleep(random() * 5);
}

function oddWay(random: () => number) {
  if (random() >= ODD) return undefined;
  const value = oddValues[Math.floor(random() * oddValues.length)] as OddValue;
  const way = Math.floor(random() * 4);
  if (way === 0) return { name: `throws ${value.name}`, expected: value.thrown, run: () => raise(value) };
  if (way === 1) {
    return { name: `rejects with ${value.name}`, expected: value.thrown, run: async () => raise(value) };
  }
  if (way === 2 && value.resolvable) {
    return { name: `resolves with ${value.name}`, expected: value.returned, run: async () => value.make() };
  }
  return { name: `returns ${value.name}`, expected: value.returned, run: () => value.make() };
}

function raise(value: OddValue): never {
  throw value.make();
}

function codeOf(error: unknown): string {
  try {
    return String((error as { code?: unknown } | null)?.code ?? "none").replaceAll(/\s/g, "-");
  } catch {
    return "none";
  }
}
