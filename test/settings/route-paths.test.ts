import { github, TriggerListener } from "earshot";
import { expect, test } from "vitest";

test.each([
  ["/wébhook", "/w%C3%A9bhook"],
  ["/my hooks/{provider}", "/my%20hooks/github"],
  ["/hooks\n", "/hooks%0A"],
])("a route at %j, which no request can have, is an error with the path to write", (path, written) => {
  const make = (one: string) =>
    new TriggerListener({ webhook: { routes: { [one]: github({ secrets: "a secret of some length" }) } } });
  expect(() => make(path)).toThrow(
    expect.objectContaining({ code: "ERR_OPTION", message: expect.stringContaining(`"${written}"`) }),
  );
  expect(() => make(written)).not.toThrow();
});
