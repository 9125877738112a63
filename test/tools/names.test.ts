import { expect, test } from "vitest";
import { clientNames, TOOL_NAME } from "../../src/tools/schema/names.js";
import { notingList } from "./support.js";

const short = (...names: string[]) => [...clientNames(names, TOOL_NAME).values()];
const long = "GITHUB_LIST_THE_ORGANIZATION_ROLES_THAT_ARE_ASSIGNED_TO_A_TEAM_OF_THE_ENTERPRISE";

test("a name that every client takes stays; any other becomes one, and depends on nothing but itself", () => {
  expect(short("SLACK_POST", "a-b_C9")).toEqual(["SLACK_POST", "a-b_C9"]);
  const [shortened] = short(long);
  expect(shortened).toMatch(/^GITHUB_LIST_THE_ORGANIZATION_[A-Z_]+_[0-9a-f]{10}$/);
  expect(shortened).toHaveLength(64);
  expect(short("OTHER", `${long}_2`, long)[2]).toBe(shortened);
  for (const odd of ["9LIVES", "Ünïcode", "a b", "", "a.b:c", "x".repeat(200), "\u{1f44d}"]) {
    expect(short(odd)[0], odd).toMatch(/^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/);
  }
});

test("no two tools have one name, even where one is called like another's short name", () => {
  const [shortened = ""] = short(long);
  const all = short(long, shortened, `${long}X`, `${long}Y`, "a b", "a.b", "a_b");
  expect(new Set(all).size).toBe(all.length);
  expect(all[1]).toBe(shortened);
});

test("a call by the short name reaches the tool", async () => {
  const { tools, ran } = await notingList({ [long]: { type: "object", properties: {} } });
  const [tool] = tools.forAnthropic();
  const call = { type: "tool_use", id: "t1", name: tool?.name, input: {} };
  await expect(tools.handleToolCalls({ content: [call] })).resolves.toMatchObject([{ is_error: false }]);
  expect(ran).toEqual([{ name: long, args: {} }]);
});
