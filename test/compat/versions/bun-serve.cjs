// What the platform's example of a webhook server uses of Bun, for a Node that runs it unchanged.
const { createServer } = require("node:http");

globalThis.Bun = {
  serve({ port, fetch }) {
    const server = createServer(async (incoming, outgoing) => {
      const { method, headers, url } = incoming;
      const body = method === "GET" ? undefined : Buffer.concat(await incoming.toArray());
      const request = new Request(`http://localhost:${port}${url}`, { method, headers, body });
      const response = await fetch(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(await response.text());
    });
    server.listen(Number(port));
    return { port: Number(port) };
  },
};
