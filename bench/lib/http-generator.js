// Sends requests over connections that stay open, and never sleeps: the next one as soon as an answer has come, or so
// many a second, each at the time when it is due.
import { Socket } from "node:net";
import { quantile } from "./numbers.js";
import { cpuMicros } from "./processes.js";
import { requests } from "./signing.js";

/** Connections are made before anything is counted. */
const LEAD_MS = 200;
const MOST_WARM_UP_MS = 8_000;
const FIRST_LINE = "HTTP/1.1 200";

/**
 * Looks for answers without ever waiting in the kernel: who answers a process that sleeps pays for its waking. Not
 * where somebody else needs the core, such as a server that the subject waits for.
 */
let awake = false;
function stayAwake() {
  if (awake) setImmediate(stayAwake);
}

process.on(
  "message",
  ({ port, kind, pid, seconds, inFlight, events = 0, sharesCore = false, steady = 0 }) => {
    awake = !sharesCore;
    stayAwake();
    const make = requests(kind, port);
    const latencies = new Float64Array(1_000_000);
    const sockets = [];
    let counting = false;
    let answered = 0;
    let wrong = 0;
    let stopping = false;
    /** Of connections without a request, where requests have a time. */
    const idle = [];
    /** When the next request is due. The server may be late, the requests are not: what waits here counts. */
    let due = Number.POSITIVE_INFINITY;

    function sendDue() {
      if (stopping) return;
      while (idle.length > 0 && due <= performance.now()) {
        idle.pop()(due);
        due += 1000 / steady;
      }
      if (sharesCore) setTimeout(sendDue, 1);
      else setImmediate(sendDue);
    }

    function open() {
      const buffer = Buffer.allocUnsafeSlow(16 * 1024);
      let sentAt = 0;
      const send = (at) => {
        const request = make();
        sentAt = at ?? performance.now();
        socket.write(request);
      };
      const next = () => {
        if (steady > 0) idle.push(send);
        else send();
      };
      const socket = new Socket({
        onread: {
          buffer,
          callback(length) {
            // One request is in flight on a connection, and every answer here fits into one segment.
            if (counting) {
              if (buffer.latin1Slice(0, FIRST_LINE.length) !== FIRST_LINE) wrong += 1;
              latencies[answered % latencies.length] = performance.now() - sentAt;
              answered += 1;
            }
            if (length > 0 && !stopping) next();
            return true;
          },
        },
      });
      socket.setNoDelay(true);
      socket.on("error", (error) => {
        if (!stopping) throw error;
      });
      socket.connect(port, "127.0.0.1", next);
      sockets.push(socket);
    }
    for (let n = 0; n < inFlight; n += 1) open();

    setTimeout(() => {
      const startedAt = performance.now();
      const subjectCpu = cpuMicros(pid);
      const ownCpu = cpuMicros(process.pid);
      counting = true;
      if (steady > 0) {
        due = startedAt;
        sendDue();
      }
      const finish = () => {
        // The first round goes on until everything has been compiled: so many events, in a bounded time.
        const passed = performance.now() - startedAt;
        if (passed < seconds * 1000 || (answered < events && passed < MOST_WARM_UP_MS)) return;
        clearInterval(watch);
        counting = false;
        const wallMicros = (performance.now() - startedAt) * 1000;
        const subjectMicros = cpuMicros(pid) - subjectCpu;
        const ownMicros = cpuMicros(process.pid) - ownCpu;
        stopping = true;
        awake = false;
        for (const socket of sockets) socket.destroy();
        const sorted = latencies.subarray(0, Math.min(answered, latencies.length)).sort();
        process.send({
          answered,
          wrong,
          perSecond: (answered / wallMicros) * 1e6,
          cpuMicros: subjectMicros / answered,
          subjectShare: subjectMicros / wallMicros,
          generatorMicros: ownMicros / answered,
          generatorShare: ownMicros / wallMicros,
          p50Ms: quantile(sorted, 0.5),
          p99Ms: quantile(sorted, 0.99),
        });
      };
      const watch = setInterval(finish, 10);
    }, LEAD_MS);
  },
);
process.send({ ready: true });
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
