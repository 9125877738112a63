import { expect, test } from "vitest";
import { allCommands } from "./all-commands.js";
import { earshot } from "./cli.js";

const commands = [[], ...(await allCommands()).map(([name]) => name.split(" "))];

test("the walk over the program finds its commands and their subcommands", () => {
  const names = commands.map((args) => args.join(" "));
  expect(names).toEqual(expect.arrayContaining(["dev", "listen", "inbox retry", "triggers enable"]));
});

test.each(commands.map((args) => [args.join(" "), args] as const))(
  "earshot %s --help has examples, only on stdout, and needs no environment",
  async (_name, args) => {
    const { code, stdout, stderr } = await earshot([...args, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: earshot/);
    expect(stdout).toMatch(/\nExamples:\n +\$ (earshot|export|source)/);
    expect(stderr).toBe("");
  },
);

test("the main help lists every exit code", async () => {
  const { stdout } = await earshot(["--help"]);
  for (const code of [0, 1, 2, 3, 4, 5, 129, 130, 143])
    expect(stdout).toMatch(new RegExp(`^  ${code} +\\S`, "m"));
});

test("--version", async () => {
  expect(await earshot(["--version"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

test.each([
  [["--bogus"], /unknown option '--bogus'/],
  [["trigers"], /Did you mean triggers/],
  [["triggers", "bogus"], /unknown command 'bogus'/],
  [["triggers", "show"], /missing required argument 'name'/],
  [["dev", "--port", "65536"], /integer from 0 to 65535/],
  [["dev", "--port", "80x"], /integer/],
  [["listen", "--max-events", "0"], /integer of 1 or more/],
  [["listen", "--for", "-1"], /number above 0/],
  [["listen", "--forward", "localhost:3000"], /http:\/\//],
  [["fire", "X", "--rate", "0"], /number above 0/],
  [["fire", "X", "--data", "{"], /--data is not JSON/],
  [["fire", "X", "--data", "[1]"], /--data must be a JSON object/],
  [["fire", "X", "--data", "@/nowhere.json"], /nowhere\.json cannot be read/],
  [["tools", "run", "X", "--data", "{"], /--data is not JSON/],
  [["tools", "ls", "--limit", "0"], /integer of 1 or more/],
  [["connect", "x", "--timeout", "0"], /number above 0/],
  [["connect", "x", "--key", "--no-wait"], /without a page/],
  [["logs", "--since", "yesterday"], /a date .* or an age/],
  [["logs", "--since", "2026-02-30"], /a date .* or an age/],
  [["inbox", "ls", "--db", "x.db", "--until", "2026-04-31T10:00"], /a date .* or an age/],
  [["providers", "show", "github", "--url", "example.com/in"], /http:\/\//],
  [["triggers", "enable", "X", "--config", "novalue"], /name=value/],
  [["triggers", "ls", "--app", "a,,b"], /empty/],
  [["triggers", "enable", "X", "--config-file", "/nowhere.json"], /nowhere\.json cannot be read/],
  [["listen", "--payload", "novalue"], /path=value/],
  [["listen", "--config", "a=1"], /--enable NAME/],
  [["listen", "--enable", "X", "--entity", "a,b"], /one --entity/],
  [["listen", "--attempts", "0"], /integer from 1/],
  [["listen", "--attempts", "3"], /requires --forward URL, --out or --output/],
  [["listen", "--output"], /argument missing/],
  [["replay"], /missing required argument 'id'/],
  [["replay", "log_1", "--to", "https://example.com/"], /--allow-remote/],
  [["replay", "log_1", "--to", "localhost"], /http:\/\//],
  [["types", "X", "--all"], /not several/],
  [["logs", "--follow=yes"], /error:/],
  [["doctor", "--profile", "nobody"], /no profile nobody/],
])("%j is a usage error: 2, reported only on stderr", async (args, message) => {
  const { code, stdout, stderr } = await earshot(args, { env: { COMPOSIO_API_KEY: "local" } });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(message);
});

test("without a command it prints the help, and 2 for a usage error", async () => {
  const { code, stdout, stderr } = await earshot([]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/Usage: earshot/);
});

test.each([["ls"], ["active"]])("triggers %s without a key: 2, and what to set", async (name) => {
  const { code, stdout, stderr } = await earshot(["triggers", name]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/ERR_KEY_MISSING[\s\S]*export COMPOSIO_API_KEY=/);
});

test("colors: none into a pipe, some by FORCE_COLOR, none by NO_COLOR", async () => {
  const painted = async (env: Record<string, string>) =>
    (await earshot(["trigers"], { env })).stderr.includes("\u001b[");
  expect(await painted({})).toBe(false);
  expect(await painted({ FORCE_COLOR: "1" })).toBe(true);
  expect(await painted({ FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
});
