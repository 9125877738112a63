import { handle, listener } from "./listener.mjs";

await listener.start();
const onListen = ({ port }) => Deno.stdout.write(new TextEncoder().encode(`up ${port}\n`));
Deno.serve({ port: 0, hostname: "127.0.0.1", onListen }, (request) => handle(request));
