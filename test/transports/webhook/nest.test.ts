import { expect, onTestFinished, test } from "vitest";
import type { NodeHandler } from "../../../src/transports/webhook/node-handler.js";
import { Controller, type INestApplication, Module, NestFactory, Post, Req, Res } from "../../compat/nest.js";
import { codeOf, makeServer, rawClient, request, until } from "./support.js";

/** A controller with one route, made without decorator syntax. */
function appModule(handler: NodeHandler): new () => object {
  class Webhooks {
    receive(req: never, res: never) {
      handler(req, res);
    }
  }
  const method = Object.getOwnPropertyDescriptor(Webhooks.prototype, "receive") ?? expect.fail();
  Post(":provider")(Webhooks.prototype, "receive", method);
  Req()(Webhooks.prototype, "receive", 0);
  Res()(Webhooks.prototype, "receive", 1);
  Controller("webhooks")(Webhooks);
  class AppModule {}
  Module({ controllers: [Webhooks] })(AppModule);
  return AppModule;
}

async function listen(app: INestApplication): Promise<number> {
  await app.listen(0, "127.0.0.1");
  const server = app.getHttpServer();
  onTestFinished(async () => {
    server.closeAllConnections();
    await app.close();
  });
  return server.address().port;
}

const exact = '{"a": 1.0}';
const post = (port: number, body = exact) =>
  fetch(`http://127.0.0.1:${port}/webhooks/github`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });

test("a controller takes the exact bytes where Nest keeps them", async () => {
  const { server, bodies, received } = makeServer({ limits: { maxBodyBytes: 20 } });
  const options = { rawBody: true, logger: false as const };
  const port = await listen(await NestFactory.create(appModule(server.nodeHandler()), options));
  expect((await post(port)).status).toBe(200);
  expect(bodies()).toEqual([exact]);
  expect(received[0]?.route).toBe("/webhooks/{provider}");
  expect((await post(port, JSON.stringify(["x".repeat(50)]))).status).toBe(413);
});

test("a controller without them is told so, by Nest's name and with Nest's option", async () => {
  const { server, received, rejections } = makeServer();
  const port = await listen(await NestFactory.create(appModule(server.nodeHandler()), { logger: false }));
  const answer = await post(port);
  expect([answer.status, codeOf(await answer.text())]).toEqual([500, "body_consumed"]);
  expect(rejections()[0]?.error.message).toMatch(/^Nest has read .*rawBody: true/);
  expect(received).toEqual([]);
});

test("as middleware in main.ts it comes before the parsers", async () => {
  const { server, bodies } = makeServer();
  class Empty {}
  Module({})(Empty);
  const app = await NestFactory.create(Empty, { logger: false });
  app.use(server.nodeHandler());
  const port = await listen(app);
  expect((await post(port)).status).toBe(200);
  const oversized = await rawClient(port);
  oversized.write(request({ path: "/webhooks/a", headers: ["Content-Length: 100001"] }));
  expect((await oversized.answer()).status).toBe(413);
  const client = await rawClient(port);
  client.write(`${request({ path: "/webhooks/a", headers: ["Content-Length: 10"] })}half`);
  await until(() => server.inFlight() === 1);
  client.socket.destroy();
  await until(() => server.inFlight() === 0);
  expect(bodies()).toEqual([exact]);
  expect((await fetch(`http://127.0.0.1:${port}/elsewhere`)).status).toBe(404);
});
