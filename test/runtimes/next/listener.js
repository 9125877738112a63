import { TriggerListener } from "earshot";

export async function listenAt(path) {
  const listener = new TriggerListener({
    webhook: { path, secrets: "a secret of some length", maxBodyBytes: 100_000 },
  });
  listener.on("delivery.rejected", ({ error }) => process.stdout.write(`refused ${error.message}\n`));
  await listener.start();
  return listener;
}
