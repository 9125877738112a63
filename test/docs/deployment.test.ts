import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPlatform } from "earshot/dev";
import { expect, onTestFinished, test, vi } from "vitest";
import { freePort } from "../support/free-port.js";
import { compile, run } from "../support/program.js";

const docs = join(import.meta.dirname, "../../docs");
const folder = join(docs, "deployment");
const text = (name: string) => readFileSync(join(folder, name), "utf8");
const page = readFileSync(join(docs, "deployment.md"), "utf8");
const number = (pattern: RegExp, from: string) =>
  Number(pattern.exec(from)?.[1]?.replaceAll("_", "") ?? expect.fail());

test("the page links to every file of its folder", () => {
  for (const name of readdirSync(folder)) expect(page).toContain(`(deployment/${name})`);
});

test("every supervisor waits longer than the program takes to stop", () => {
  const agent = text("agent.js");
  const drainMs = number(/drainTimeoutMs: ([\d_]+)/, agent);
  const delayMs = number(/SHUTDOWN_DELAY_MS \?\? (\d+)/, agent);
  expect(number(/--stop-timeout (\d+)/, page) * 1000).toBeGreaterThan(delayMs + drainMs);
  expect(number(/TimeoutStopSec=(\d+)/, text("earshot.service")) * 1000).toBeGreaterThan(delayMs + drainMs);
  expect(number(/kill_timeout: ([\d_]+)/, text("ecosystem.config.cjs"))).toBeGreaterThan(delayMs + drainMs);
  const kubernetes = text("kubernetes.yaml");
  const ownDelayMs = number(/SHUTDOWN_DELAY_MS, value: "(\d+)"/, kubernetes);
  const graceMs = number(/terminationGracePeriodSeconds: (\d+)/, kubernetes) * 1000;
  expect(graceMs).toBeGreaterThan(ownDelayMs + drainMs);
  const noticedMs =
    number(/periodSeconds: (\d+)\n\s+timeoutSeconds: \d+\n\s+failureThreshold: 1/, kubernetes) * 1000;
  expect(ownDelayMs).toBeGreaterThan(noticedMs);
});

test("each step of the Dockerfile is one that Docker knows, and the program is started without a shell", () => {
  const lines = text("Dockerfile").replaceAll("\\\n", " ").split("\n");
  const steps = lines.filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const known = /^(FROM|WORKDIR|COPY|RUN|ENV|VOLUME|USER|EXPOSE|HEALTHCHECK|CMD) /;
  expect(steps.filter((step) => !known.test(step))).toEqual([]);
  expect(JSON.parse(steps.at(-1)?.replace("CMD ", "") ?? "")).toEqual(["node", "agent.js"]);
  expect(steps.findIndex((step) => step.startsWith("USER node"))).toBeGreaterThan(0);
});

test("the program starts, passes the container's own health check, serves metrics apart, and ends on SIGTERM", {
  timeout: 90_000,
}, async () => {
  const platform = await startPlatform();
  onTestFinished(() => platform.stop());
  const data = mkdtempSync(join(tmpdir(), "earshot-deployment-"));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const [port, metricsPort] = [await freePort(), await freePort()];
  const agent = run(await compile(join(folder, "agent.js"), "deployed-agent"), [], {
    COMPOSIO_API_KEY: "local",
    COMPOSIO_BASE_URL: platform.url,
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    INBOX: join(data, "events.db"),
    SHUTDOWN_DELAY_MS: "300",
    REDIS_URL: "",
  });
  await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200), {
    timeout: 30_000,
    interval: 200,
  });
  const [, check = ""] = /CMD (\["node", "-e".*\])/.exec(text("Dockerfile")) ?? [];
  const [, ...words] = JSON.parse(check) as string[];
  const probed = spawnSync(
    process.execPath,
    words.map((word) => word.replace(":8000/", `:${port}/`)),
  );
  expect(probed.status).toBe(0);
  expect(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()).toContain(
    "earshot_inbox_records",
  );
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
  agent.child.kill("SIGTERM");
  expect(await agent.ended, agent.lines.join("\n")).toBe(0);
});
