import { handle, listener } from "./listener.mjs";

await listener.start();
const { port } = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => handle(request) });
process.stdout.write(`up ${port}\n`);
