import { describe, expect, test } from "vitest";
import { agent, STAR } from "./agent.js";
import { browserSetup, control, hasChromium, screenshot } from "./browser.js";

describe.skipIf(!hasChromium)("firing from the dashboard (needs chromium)", () => {
  const { platform: start, open } = browserSetup();

  test("the form has a sample in every field, marks invalid ones, and fires the given number at the given rate", async () => {
    const platform = await start();
    const { received, ids } = await agent(platform);
    const { page } = await open(`${platform.url}/#/fire`);
    await page.locator(".trigger-select select").selectOption(STAR);
    await page.getByRole("button", { name: "Form", exact: true }).click();
    // A field for each member of the schema, none of them empty.
    const { triggers } = await control(platform, "GET", "triggers");
    const { payload } = triggers.find(({ name }: { readonly name: string }) => name === STAR);
    const fields = Object.keys(payload.properties);
    expect(fields.length).toBeGreaterThan(3);
    for (const field of fields) {
      await expect
        .poll(() => page.locator(`#payload_${field}`).inputValue(), { message: field })
        .not.toBe("");
    }
    await page.getByLabel(/^Repository Id/).fill("");
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "Repository Id" }).waitFor();
    expect(received, "nothing was fired").toEqual([]);

    await page.getByLabel(/^Repository Id/).fill("42");
    await page.getByLabel(/^Starred By/).fill("ada");
    await page.getByLabel("Number of events").fill("5");
    await page.getByLabel("Events per second").fill("10");
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "5 events fired" }).waitFor();
    await expect.poll(() => received.length).toBe(5);
    for (const event of received)
      expect(event.payload).toMatchObject({ repository_id: 42, starred_by: "ada" });
    const times = received.map(({ timestamp }) => timestamp.getTime());
    // Five at ten a second: four pauses of a tenth.
    expect((times[4] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(380);
    const shown = page.getByRole("region", { name: "Fired from here" });
    await expect.poll(() => shown.locator(".badge").allTextContents()).toEqual(Array(5).fill("done"));
    expect(await shown.getByRole("link").allTextContents()).toEqual([...ids()].reverse());
    await screenshot(page, "fire-done");
  });

  test("as JSON: invalid JSON is an error, valid JSON is fired, and the form shows it, too", async () => {
    const platform = await start();
    const { received } = await agent(platform);
    const { page } = await open(`${platform.url}/#/fire/${STAR}`);
    await page.getByText("The payload is what the schema describes.").waitFor();
    // The editor may be loaded anew while it is filled, as a busy machine shows.
    const fill = (text: string, problem: RegExp) =>
      expect
        .poll(
          async () => {
            await page.getByRole("textbox", { name: "Payload" }).fill(text);
            return page.getByText(problem).isVisible();
          },
          { timeout: 30_000, interval: 500 },
        )
        .toBe(true);
    await fill('{"starred_by": 1}', /starred_by: must be/);
    await fill('{"starred_by": ', /^Not JSON: /);
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("alert").waitFor();
    expect(received).toEqual([]);
    await page.getByRole("textbox", { name: "Payload" }).fill('{"starred_by": "grace", "more": [1, null]}');
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await expect
      .poll(() => received.map(({ payload }) => payload))
      .toEqual([{ starred_by: "grace", more: [1, null] }]);
    await page.getByRole("button", { name: "Form", exact: true }).click();
    expect(await page.getByLabel(/^Starred By/).inputValue()).toBe("grace");
    await page.getByRole("button", { name: "New sample" }).click();
    await expect.poll(() => page.getByLabel(/^Starred By/).inputValue()).not.toBe("grace");
  });

  test("a sample is saved under a name, survives a reload, is filled in and fired again, and deleted", async () => {
    const platform = await start();
    const { received } = await agent(platform);
    const { page } = await open(`${platform.url}/#/fire/${STAR}`);
    const editor = page.getByRole("textbox", { name: "Payload" });
    await page.getByText("The payload is what the schema describes.").waitFor();
    const samples = page.getByRole("region", { name: "Saved samples" });
    await samples.getByRole("button", { name: "Save sample" }).click();
    await samples.getByRole("alert").filter({ hasText: "Give the sample a name." }).waitFor();
    for (const [name, who] of [
      ["a new star", "grace"],
      ["another one", "linus"],
    ] as const) {
      await editor.fill(`{"action": "created", "starred_by": "${who}"}`);
      await samples.getByLabel("Name of the sample").fill(name);
      await samples.getByRole("button", { name: "Save sample" }).click();
      await samples.getByRole("button", { name, exact: true }).waitFor();
    }
    await page.reload();
    await page.getByText("The payload is what the schema describes.").waitFor();
    await samples.getByRole("button", { name: "a new star", exact: true }).click();
    await expect.poll(() => editor.textContent()).toContain('"grace"');
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await expect.poll(() => received.map(({ payload }) => payload.starred_by)).toEqual(["grace"]);
    // The form takes it, too.
    await page.getByRole("button", { name: "Form", exact: true }).click();
    await samples.getByRole("button", { name: "another one", exact: true }).click();
    await expect.poll(() => page.getByLabel(/^Starred By/).inputValue()).toBe("linus");
    await samples.getByRole("button", { name: "Delete the sample a new star" }).click();
    await samples.getByRole("button", { name: "a new star", exact: true }).waitFor({ state: "detached" });
    // Of another trigger they are not offered.
    await page.goto(`${platform.url}/#/fire/GITHUB_FOLLOWER_EVENT`);
    await samples.waitFor();
    expect(await samples.getByRole("listitem").count()).toBe(0);
    // Another program of this origin wrote there.
    for (const foreign of [
      "{",
      "[]",
      '"text"',
      `{"${STAR}": 5}`,
      `{"${STAR}": [null, 5, {"name": 1}, {"name": "n"}]}`,
    ]) {
      await page.evaluate(`localStorage.setItem("earshot.samples", ${JSON.stringify(foreign)})`);
      await page.goto(`${platform.url}/#/fire/${STAR}`);
      await page.reload();
      await samples.waitFor();
      expect(await samples.getByRole("listitem").count(), foreign).toBe(0);
    }
  });

  test("triggers are searched by app and chosen by keyboard, those enabled first", async () => {
    const platform = await start();
    await agent(platform);
    const { page } = await open(`${platform.url}/#/fire`);
    const options = page.getByRole("listbox", { name: "Triggers" }).getByRole("option");
    await page.getByLabel("Search", { exact: true }).fill("github");
    await expect.poll(() => options.first().textContent()).toContain(STAR);
    await expect.poll(() => options.first().textContent()).toContain("enabled");
    for (const text of await options.allTextContents()) expect(text).toMatch(/github/i);
    await page.getByLabel("Search", { exact: true }).fill("slack reaction");
    await expect.poll(() => options.first().textContent()).toContain("SLACK");
    const names = await options.locator(".mono").allTextContents();
    expect(names.length).toBeGreaterThan(1);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toContain(`#/fire/${names[1]}`);
    await expect.poll(() => page.locator(".trigger-select select").inputValue()).toBe(names[1]);
    await page.getByLabel("Search", { exact: true }).fill("no such app");
    await page.getByText("No matching triggers").waitFor();
  });

  for (const viewport of [
    { width: 1280, height: 600 },
    { width: 360, height: 640 },
  ])
    test(`the Fire button stays in sight at ${viewport.width} by ${viewport.height} px, however long the payload is`, async () => {
      const platform = await start();
      await agent(platform);
      const { page } = await open(`${platform.url}/#/fire/${STAR}`, { viewport });
      const button = page.getByRole("button", { name: "Fire", exact: true });
      const isInSight = async () => {
        const box = await button.boundingBox();
        return box !== null && box.y >= 0 && box.y + box.height <= viewport.height;
      };
      const long = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`member_${at}`, at]));
      await page.getByRole("textbox", { name: "Payload" }).fill(JSON.stringify(long, undefined, 2));
      await expect.poll(isInSight).toBe(true);
      await page.getByRole("button", { name: "Form", exact: true }).click();
      await page.getByLabel(/^Starred By/).waitFor();
      await expect.poll(isInSight).toBe(true);
      await page.mouse.move(200, 300);
      await page.mouse.wheel(0, 200);
      await expect.poll(isInSight).toBe(true);
    });

  test("a trigger that is not enabled cannot be fired, and links to its form", async () => {
    const platform = await start();
    const { page } = await open(`${platform.url}/#/fire/${STAR}`);
    await page.getByText("This trigger is not enabled and cannot be fired.").waitFor();
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "not enabled" }).waitFor();
    await page.getByRole("link", { name: "Enable it first" }).click();
    await page
      .getByRole("region", { name: "Selected trigger" })
      .getByLabel(/^Owner/)
      .waitFor();
  });
});
