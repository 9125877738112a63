// Finding and calling one callback among many, each with a trigger name of its own, beside a Map that does it.
import { builtUrl } from "../lib/build.js";

const { Registry } = await import(builtUrl("stages/registry.js"));
const { parseFilter } = await import(builtUrl("stages/filter.js"));
const CALLS = 200_000;

function nanos(call) {
  const startedAt = process.hrtime.bigint();
  for (let n = 0; n < CALLS; n += 1) call(n);
  return Number(process.hrtime.bigint() - startedAt) / CALLS;
}

process.on("message", ({ size }) => {
  let heard = 0;
  const handler = () => {
    heard += 1;
  };
  const names = Array.from({ length: size }, (_, n) => `TRIGGER_NUMBER_${n}`);
  const events = names.map((triggerName) => ({ triggerName, metadata: {}, payload: {} }));
  const map = new Map(names.map((name) => [name, handler]));
  const registry = new Registry();
  const began = performance.now();
  for (const name of names) registry.add({ name, filter: parseFilter(name), handler });
  const registrationMicros = ((performance.now() - began) * 1000) / size;
  const onThrow = (callback) => callback;
  const byMap = (n) => map.get(events[n % size].triggerName)(events[n % size]);
  const byRegistry = (n) => {
    for (const callback of registry.match(events[n % size], onThrow)) callback.handler(events[n % size]);
  };
  nanos(byMap);
  nanos(byRegistry);
  process.send({ map: nanos(byMap), earshot: nanos(byRegistry), registrationMicros, heard });
});
process.send({ ready: true });
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
