import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** An HTTP proxy that knows CONNECT alone. Names that end in `.test` are this machine to it. */
export interface ConnectProxy {
  readonly port: number;
  /** What it was asked to reach, and the credentials it was given. */
  readonly asked: readonly { readonly authority: string; readonly credentials: string | undefined }[];
  /** The status of its answers; it connects only where this is 200. 0 leaves CONNECT unanswered. */
  status: number;
  /** Connections that clients hold open. */
  readonly connections: number;
  stop(): Promise<void>;
}

export async function startConnectProxy(): Promise<ConnectProxy> {
  const asked: { authority: string; credentials: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer();
  server.on("connection", (socket) => {
    sockets.add(socket);
    connections += 1;
    socket.on("error", () => undefined);
    socket.on("close", () => {
      connections -= 1;
    });
  });
  server.on("connect", (request, client, head) => {
    const authority = request.url ?? "";
    asked.push({ authority, credentials: request.headers["proxy-authorization"] });
    if (proxy.status === 0) {
      client.resume();
      client.on("end", () => client.end());
      return;
    }
    if (proxy.status !== 200) {
      client.end(`HTTP/1.1 ${proxy.status} As told\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const target = new URL(`http://${authority}`);
    const upstream = connect(Number(target.port), target.hostname.replace(/^.*\.test$/, "127.0.0.1"), () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on("error", () => client.destroy());
    upstream.on("close", () => client.destroy());
    client.on("close", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const proxy: ConnectProxy = {
    port: (server.address() as AddressInfo).port,
    asked,
    status: 200,
    get connections() {
      return connections;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
