// Finding and calling one callback among many. Started with the name of what finds it; then asked for one size
// after the other.
import { builtUrl } from "../lib/build.js";
import { kinds } from "./dispatch-kinds.js";

const { fakeEvent } = await import(builtUrl("testing.js"));
const MICROS = 120_000;
/** How many events are gone round, a power of two: few enough to stay in the caches, unless that is what is asked. */
const HOT = 64;
const LEAST_REGISTERED = 2000;
const COLD = 65_536;

/** CPU time of this process, microseconds: the wall's clock would count whoever else is on the core. */
function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

let heard = 0;

/** The text as one out of JSON: it is not the very string that was registered. */
const apart = (text) => JSON.parse(JSON.stringify(text));

/** As an event comes to a callback, for the callback with that number. */
function eventFor(n) {
  const payload = { action: "created", number: n, starred_by: "octocat" };
  return fakeEvent(apart(`TRIGGER_NUMBER_${n}`), payload, {
    appName: apart("github"),
    triggerId: apart(`ti_${n}`),
    connectionId: apart(`ca_${n}`),
    receivedAt: new Date(0),
  });
}

/** The same numbers for every kind: spread over all the callbacks, in no order. */
function chosen(size, count) {
  const numbers = [];
  for (let seed = 1; numbers.length < count; ) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    numbers.push((seed >>> 8) % size);
  }
  return numbers;
}

/** Calls in ever longer rounds, until one round is long enough to be told apart from the clock's steps. */
async function nanos(dispatch, events, leastMicros) {
  for (let calls = 1, before = 0; ; calls *= 2) {
    const from = heard;
    before = cpuMicros();
    const done = round(dispatch, events, calls);
    if (done !== undefined) await done;
    const passed = cpuMicros() - before;
    if (passed >= leastMicros) return { nanos: (passed * 1000) / calls, wrong: heard - from !== calls };
  }
}

function round(dispatch, events, calls) {
  const mask = events.length - 1;
  for (let n = 0; n < calls; n += 1) {
    const done = dispatch(events[n & mask]);
    if (done !== undefined) return awaitRound(dispatch, events, calls, done);
  }
  return undefined;
}

async function awaitRound(dispatch, events, calls, first) {
  await first;
  for (let n = 1; n < calls; n += 1) await dispatch(events[n % events.length]);
}

const handler = () => {
  heard += 1;
};
const make = await kinds[process.argv[2]]();
// What is measured is not the compiler: registering and calling are warm before the first size.
const rehearsal = make(handler);
for (let n = 0; n < 2000; n += 1) await rehearsal.register(n);
const few = chosen(2000, HOT).map((n) => (rehearsal.shape ?? eventFor)(n));
await nanos(rehearsal.dispatch, few, MICROS * 2);

process.on("message", async ({ size, cold }) => {
  // A few are registered many times over, or the clock's steps would be measured.
  const times = Math.max(1, Math.round(LEAST_REGISTERED / size));
  let subject;
  const before = cpuMicros();
  for (let time = 0; time < times; time += 1) {
    subject = make(handler);
    for (let n = 0; n < size; n += 1) {
      const done = subject.register(n);
      if (done !== undefined) await done;
    }
  }
  const registerMicros = (cpuMicros() - before) / size / times;
  const events = chosen(size, cold ? COLD : HOT).map((n) => (subject.shape ?? eventFor)(n));
  await nanos(subject.dispatch, events, MICROS / 4);
  process.send({ ...(await nanos(subject.dispatch, events, MICROS)), registerMicros });
});
process.send({ ready: true });
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
