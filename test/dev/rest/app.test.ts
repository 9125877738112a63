import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { EventBus } from "../../../src/dev/event-bus.js";
import { createApp, nodeListener } from "../../../src/dev/http/app.js";
import { type Endpoint, param } from "../../../src/dev/http/endpoint.js";
import { close, portOf } from "../../../src/dev/http/server.js";
import { call } from "./fixture.js";

const at = (method: string, path: string): Endpoint => ({
  method,
  path,
  handle: (c) => c.text(path, 200, { "x-id": param(c, "id") }),
});

/** A server with these endpoints only. */
async function served(endpoints: readonly Endpoint[]) {
  const app = createApp(endpoints, {
    bus: new EventBus(),
    allows: () => true,
    saved: () => Promise.resolve(),
    maxBodyBytes: 1_000,
    stopping: new AbortController().signal,
  });
  const server = createServer(nodeListener(app));
  onTestFinished(() => close(server));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: portOf(server) };
}

test("a path's own words come before a parameter in their place, in whatever order they were named", async () => {
  const endpoints = [at("GET", "/a/{id}"), at("GET", "/a/words"), at("POST", "/a/{id}")];
  for (const order of [endpoints, [...endpoints].reverse()]) {
    const server = await served(order);
    expect((await call(server, "GET", "/a/words")).text).toBe("/a/words");
    expect((await call(server, "HEAD", "/a/b%20c")).headers["x-id"]).toBe("b c");
    expect((await call(server, "POST", "/a/words")).text, "for another method").toBe("/a/{id}");
  }
});

test("an empty place is no parameter", async () => {
  const server = await served([at("GET", "/a/{id}/b")]);
  expect((await call(server, "GET", "/a//b")).status).toBe(404);
  expect((await call(server, "GET", "/a/x/b")).status).toBe(200);
});

test("Node's own Request and Response stay the process's, whatever serves here", async () => {
  const { Request, Response } = globalThis;
  const server = await served([at("GET", "/a")]);
  expect((await call(server, "GET", "/a")).status).toBe(200);
  expect([globalThis.Request, globalThis.Response]).toEqual([Request, Response]);
});
