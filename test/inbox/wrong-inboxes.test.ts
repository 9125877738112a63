import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { testInbox } from "earshot/testing";
import { expect, test } from "vitest";
import type { Entry, Inbox } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { temporaryFolder } from "./temporary-folder.js";

/** What a wrong inbox does in place of a sound one. */
type Fault = (sound: Inbox) => Partial<Inbox>;

/** The tests of the suite by their titles, over SQLite inboxes with a fault. */
function testsOf(fault: Fault): ReadonlyMap<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>();
  const prepare = () => {
    const { folder, remove } = temporaryFolder();
    const inbox = () => {
      const sound = sqliteInbox({ path: join(folder, "inbox.db"), synchronous: "normal" });
      const faults = fault(sound);
      return new Proxy(sound, {
        get(target, name) {
          const value: unknown = Reflect.get(Object.hasOwn(faults, name) ? faults : target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    };
    return { inbox, cleanUp: remove };
  };
  testInbox("wrong", prepare, {
    describe: (_, declare) => declare(),
    test: (title, run) => tests.set(title, run),
  });
  return tests;
}

/** As if it had never seen the entry. */
function storeAgain(sound: Inbox, entry: Entry, claim: boolean) {
  return sound.store({ ...entry, id: `${entry.id} again`, keys: undefined }, claim);
}

const wrong: readonly (readonly [what: string, title: string, fault: Fault])[] = [
  [
    "answers new before the record is stored",
    "what was answered new is there for another inbox over the store at once",
    (sound) => ({
      store(entry, claim) {
        // Its inbox may be closed by then.
        sleep(20)
          .then(() => sound.store(entry, claim))
          .catch(() => undefined);
        return { state: "new" };
      },
    }),
  ],
  [
    "answers duplicate while the record is only being stored",
    "what was answered duplicate is there for another inbox over the store at once",
    (sound) => {
      const storing = new Set<string>();
      return {
        async store(entry, claim) {
          if (storing.has(entry.id)) return { state: "duplicate", settled: false };
          storing.add(entry.id);
          await sleep(20);
          return await sound.store(entry, claim);
        },
      };
    },
  ],
  [
    "forgets what is done",
    "what is settled is forgotten after dedupeWindowMs and not before, what is not settled never",
    (sound) => ({
      async store(entry, claim) {
        const result = await sound.store(entry, claim);
        return result.state === "duplicate" && result.settled ? storeAgain(sound, entry, claim) : result;
      },
    }),
  ],
  [
    "calls a lost lease kept",
    "a lost lease is named by renew, decides nothing and gives nothing back",
    (sound) => ({
      async renew(claimed) {
        await sound.renew(claimed);
        return [];
      },
    }),
  ],
  [
    "drops everything for an empty list of ids",
    "replays and drops by every condition and by all together, and nothing for an empty list",
    (sound) => ({
      drop: (query) => sound.drop({ ...query, ids: query.ids?.length === 0 ? undefined : query.ids }),
    }),
  ],
  [
    "replays whatever its state and name",
    "replays and drops by every condition and by all together, and nothing for an empty list",
    (sound) => ({
      replay: (query) => sound.replay({ ...query, state: undefined, triggerName: undefined }),
    }),
  ],
  [
    "shows unmatched records only where they are asked for",
    "an unmatched record stays: counted, found, not claimed, not in the way of others, and still known",
    (sound) => ({
      async *find(query) {
        for await (const record of sound.find(query))
          if (query.state !== undefined || record.state !== "unmatched") yield record;
      },
    }),
  ],
  [
    "does not count records that wait for another of their order key",
    "records of one key come one after the other, in the order they were stored",
    (sound) => ({ counts: async () => ({ ...(await sound.counts()), waiting: 0 }) }),
  ],
  [
    "takes an underscore in a name's beginning for any character",
    "lists metadata by the beginning of its name, and removes it",
    (sound) => ({
      async listMetadata(prefix) {
        const pattern = new RegExp(`^${prefix.replace(/[*?[\]]/g, "\\$&").replaceAll("_", ".")}`);
        return (await sound.listMetadata("")).filter(([name]) => pattern.test(name));
      },
    }),
  ],
  [
    "forgets which callbacks of an unmatched record are done",
    "a record that is left unmatched again comes after the others, and keeps what was done",
    (sound) => ({
      async claimUnmatched(ids) {
        const claimed = (await sound.claimUnmatched?.(ids)) ?? [];
        return claimed.map(({ record, lease }) => ({ record: { ...record, done: [] }, lease }));
      },
    }),
  ],
  [
    "forgets keys of callbacks before their time",
    "a key whose work is done is done for every record, until its time is over",
    (sound) => ({
      settle(claimed, outcome) {
        const doneKeys = outcome.doneKeys?.map(({ key, until }) => ({ key, until: until - 1000 }));
        return sound.settle(claimed, { ...outcome, doneKeys });
      },
    }),
  ],
];

test.each(wrong)("the suite fails an inbox that %s", { timeout: 60_000 }, async (_, title, fault) => {
  const run = testsOf(fault).get(title);
  await expect(run?.()).rejects.toMatchObject({ code: "ERR_ASSERTION" });
});

test("the suite passes the sound inbox under the faults", { timeout: 60_000 }, async () => {
  const tests = testsOf(() => ({}));
  for (const [, title] of wrong) await tests.get(title)?.();
});
