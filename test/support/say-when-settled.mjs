// Loaded before a program: says so once it holds a server or a connection, and nothing has changed for a while.
let before = "";
let same = 0;
const timer = setInterval(() => {
  const now = process
    .getActiveResourcesInfo()
    .filter((kind) => kind !== "Timeout")
    .sort()
    .join();
  same = now === before && /TCP(Server|Socket)Wrap/.test(now) ? same + 1 : 0;
  before = now;
  if (same < 8) return;
  clearInterval(timer);
  process.stdout.write("@@settled\n");
}, 50);
timer.unref();
