// What an event costs as the work grows: with how many came before, with the platform's connections, with what is
// stored already, with the routes of the webhook server.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interleave } from "../lib/interleave.js";
import { round, spread } from "../lib/numbers.js";
import { cpuMicros, GENERATOR_CORE, SUBJECT_CORE, start } from "../lib/processes.js";

/** The dearest over the first, of the medians. */
const growthOf = (points) =>
  round(Math.max(...points.map(({ cpuMicros: { median } }) => median)) / points[0].cpuMicros.median);

/** So many events in one go, so many times, after a warm-up: medians, so that one collection of garbage is not the price of a hundred events. */
const BURSTS = [
  { size: 100, times: 41 },
  { size: 1000, times: 21 },
  { size: 10_000, times: 9 },
  { size: 100_000, times: 3 },
  { size: 1_000_000, times: 1 },
];
const WARM_UP = 60_000;

export const growthEvents = {
  what: "CPU of an event over the WebSocket, from 100 to 1,000,000 events",
  async measure({ note }) {
    const sender = await start("lib/socket-generator.js", GENERATOR_CORE);
    const subject = await start("subjects/socket.js", SUBJECT_CORE, ["earshot", String(sender.port)]);
    const send = (events) =>
      sender.ask({ who: "earshot", pid: subject.pid, seconds: 0, events, patient: true, matched: true });
    try {
      await send(WARM_UP);
      const points = [];
      for (const { size, times } of BURSTS) {
        const slices = [];
        for (let n = 0; n < times; n += 1) slices.push(await send(size));
        points.push({ size, cpuMicros: spread(slices.map((slice) => slice.cpuMicros)) });
        note(`${size} events: ${points.at(-1).cpuMicros.median} µs each`);
      }
      return { of: "events", points, growth: growthOf(points) };
    } finally {
      await subject.stop();
      await sender.stop();
    }
  },
};

const CONNECTIONS = [1, 10, 100, 1000];
const TURNS = 3;

export const growthConnections = {
  what: "CPU of the local platform, from 1 to 1,000 connections",
  async measure({ note }) {
    const platform = await start("subjects/fire.js", SUBJECT_CORE, ["platform"]);
    const holder = await start("subjects/connections.js", GENERATOR_CORE, [platform.url]);
    /** CPU of the platform for one copy of an event that it sends. */
    const slice = async (events, listening) => {
      const before = cpuMicros(platform.pid);
      await Promise.all([holder.ask({ events: events * listening }), platform.ask({ events, perSecond: 0 })]);
      return (cpuMicros(platform.pid) - before) / (events * listening);
    };
    const measure = async (title, of, listeningOf, eventsOf) => {
      const slices = CONNECTIONS.map(() => []);
      for (let turn = -1; turn < TURNS; turn += 1) {
        for (const [at, count] of CONNECTIONS.entries()) {
          const listening = listeningOf(count);
          await holder.ask({ subscribed: listening, idle: count - listening });
          const micros = await slice(eventsOf(listening), listening);
          if (turn >= 0) slices[at].push(micros);
        }
      }
      const points = CONNECTIONS.map((size, at) => ({ size, cpuMicros: spread(slices[at]) }));
      for (const {
        size,
        cpuMicros: { median },
      } of points)
        note(`${size} ${title}: ${median} µs`);
      return { of, points, growth: growthOf(points) };
    };
    try {
      return {
        one: await measure(
          "connections, one listens",
          "connections, one of which listens",
          () => 1,
          () => 3000,
        ),
        all: await measure(
          "connections, all listen",
          "connections, all of which listen",
          (count) => count,
          (listening) => Math.max(30, Math.round(3000 / listening)),
        ),
      };
    } finally {
      await holder.stop();
      await platform.stop();
    }
  },
};

const RECORDS = [0, 10_000, 100_000, 1_000_000];

export const growthRecords = {
  what: "CPU of an event that is stored, from 0 to 1,000,000 records in the file",
  async measure({ note, profile: _, ...options }) {
    const folder = mkdtempSync(join(tmpdir(), "earshot-bench-"));
    const file = (count) => join(folder, `${count}.db`);
    const subject = (name, args, role) => ({
      name,
      role,
      file: "subjects/http.js",
      args,
      load: { kind: "platform", inFlight: 64 },
      hears: role === "control" ? "none" : "later",
    });
    try {
      for (const count of RECORDS) {
        const filler = await start("subjects/fill-inbox.js", GENERATOR_CORE, [file(count), String(count)]);
        await filler.ended;
        note(`${count} records are there`);
      }
      const [, ...found] = await interleave({
        generator: "lib/http-generator.js",
        subjects: [
          subject("bare node:http", ["bare"], "control"),
          ...RECORDS.map((count) => subject(`${count} records`, ["earshot-sqlite", file(count)], "subject")),
        ],
        ...options,
        note,
      });
      const points = RECORDS.map((size, at) => ({ size, cpuMicros: found[at].cpuMicros }));
      return { of: "records", points, growth: growthOf(points) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const ROUTES = [1, 10, 100, 1000];

export const growthRoutes = {
  what: "CPU of a webhook event, from 1 to 1,000 routes",
  async measure({ note, profile: _, short: __, ...options }) {
    const subject = (name, args, role, hears) => ({
      ...{ name, role, args, hears, file: "subjects/http.js", load: { kind: "github", inFlight: 64 } },
    });
    const [, ...found] = await interleave({
      generator: "lib/http-generator.js",
      subjects: [
        subject("bare node:http", ["bare"], "control", "none"),
        ...ROUTES.map((count) =>
          subject(`${count} routes`, ["earshot-routes", String(count)], "subject", "all"),
        ),
      ],
      ...options,
      note,
    });
    const points = ROUTES.map((size, at) => ({ size, cpuMicros: found[at].cpuMicros }));
    return { of: "routes", points, growth: growthOf(points) };
  },
};
