// The published clients look for the socket at a host of their own that they do not let one choose. This leads
// connections to that host to the local platform instead, as a proxy on the way would; the clients stay as they are.
const net = require("node:net");
const tls = require("node:tls");

const port = Number(new URL(process.env.COMPOSIO_BASE_URL).port);
const connect = tls.connect;

tls.connect = (...args) => {
  const [options] = args;
  if (!/^ws-\w+\.pusher\.com$/.test(options?.host ?? "")) return connect(...args);
  const socket = net.connect(port, "127.0.0.1");
  const ready = args.find((arg) => typeof arg === "function");
  if (ready) socket.once("secureConnect", ready);
  socket.once("connect", () => socket.emit("secureConnect"));
  const write = socket.write.bind(socket);
  socket.write = (head, ...rest) => {
    socket.write = write;
    return write(String(head).replace(/^Host: .*\r$/m, `Host: 127.0.0.1:${port}\r`), ...rest);
  };
  return socket;
};
