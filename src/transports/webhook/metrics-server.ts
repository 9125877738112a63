import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import { type Exposition, exposed } from "./probes.js";

/** A server with nothing but `/metrics`, on a port that the internet need not reach. */
export class MetricsServer {
  readonly #exposition: Exposition;
  #server: Server | undefined;

  constructor(exposition: Exposition) {
    this.#exposition = exposition;
  }

  /** @returns its port. @throws EarshotError ERR_PORT_IN_USE, ERR_OPTION */
  async start(port: number, host: string | undefined): Promise<number> {
    const { createServer } = await import("node:http");
    const server = createServer((req, res) => {
      req.resume();
      const isMetrics = (req.url ?? "").split("?")[0] === "/metrics";
      if (!isMetrics || (req.method !== "GET" && req.method !== "HEAD")) {
        res.writeHead(isMetrics ? 405 : 404, { "content-length": "0" }).end();
        return;
      }
      void exposed(this.#exposition).then(({ status, headers, body }) =>
        res.writeHead(status, headers).end(body),
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause: NodeJS.ErrnoException) => {
        const code = cause.code === "EADDRINUSE" ? "ERR_PORT_IN_USE" : "ERR_OPTION";
        reject(
          new EarshotError(code, `\`webhook.metrics\` cannot listen on port ${port}: ${messageOf(cause)}.`, {
            cause,
          }),
        );
      });
      server.listen(host === undefined ? { port } : { port, host }, resolve);
    });
    this.#server = server;
    return (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}
