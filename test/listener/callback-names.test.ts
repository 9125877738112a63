import { join } from "node:path";
import { memoryInbox, TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";

const webhook = { port: 0, host: "127.0.0.1", secrets: "a secret of some length" };

function durable(): TriggerListener {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  return new TriggerListener({ inbox: sqliteInbox({ path: join(folder, "events.db") }), webhook });
}

function onStar(): void {}

test("over a durable inbox two callbacks of one name are an error that shows both places", () => {
  const listener = durable();
  listener.callback("A", onStar);
  const here = /callback-names\.test\.ts:\d+:\d+[\s\S]*callback-names\.test\.ts:\d+:\d+/;
  for (const again of [
    () => listener.callback("B", onStar),
    () => listener.callback("C", () => {}, { name: "onStar" }),
  ]) {
    expect(again).toThrow(
      expect.objectContaining({ code: "ERR_CALLBACK", message: expect.stringMatching(here) }),
    );
  }
  listener.callback("B", onStar, { name: "on B" });
  listener.callback("C", () => undefined);
  expect(() => listener.callback("C", () => undefined)).toThrow(/Two callbacks are called "C"/);
});

test("a name is free again when its callback is taken off", () => {
  const listener = durable();
  const off = listener.callback("A", onStar);
  off();
  off();
  listener.callback("B", onStar);
  expect(() => listener.callback("C", onStar)).toThrow(/Two callbacks/);
});

test("over a memory inbox callbacks may share a function, and waiting for events takes no name", async () => {
  const listener = new TriggerListener({ inbox: memoryInbox(), webhook });
  onTestFinished(() => listener.stop());
  for (const name of ["A", "B", "C"]) listener.callback(name, onStar);
  const kept = durable();
  onTestFinished(() => kept.stop());
  await kept.start();
  const pending = [kept.once("A"), kept.once("A"), kept.once("B")];
  for (const one of pending) one.catch(() => undefined);
  await kept.stop();
  for (const one of pending) await expect(one).rejects.toMatchObject({ code: "ERR_ABORTED" });
});
