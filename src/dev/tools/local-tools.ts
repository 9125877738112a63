import { text, toolsOf, when } from "../../catalog/fields.js";
import type { Effects } from "../world/effect.js";

/** The app of the tools that belong to the local platform. It needs no account. */
export const LOCAL_APP = { name: "local", displayName: "Local platform", version: "20250101_00" } as const;

/** Something harmless that an agent can run, without an account. */
export const localTools = () =>
  toolsOf(LOCAL_APP, {
    LOCAL_ECHO: {
      displayName: "Echo",
      description: "Gives back the message that it was given.",
      does: "read",
      input: { message: text("Any text.") },
      output: { message: text("The same text.") },
    },
    LOCAL_TIME: {
      displayName: "Time",
      description: "Tells the local platform's time.",
      does: "read",
      input: {},
      output: { time: when("ISO 8601.") },
    },
  });

export const localEffects = (nowIso: () => string): Effects => ({
  LOCAL_ECHO: (args) => ({ message: args.text("message") }),
  LOCAL_TIME: () => ({ time: nowIso() }),
});
