import { describe, expect, test } from "vitest";
import { agent, STAR } from "./agent.js";
import { control, hasChromium, picture, rig } from "./browser.js";

describe.skipIf(!hasChromium)("firing from the dashboard (needs chromium)", () => {
  const { platform: start, open } = rig();

  test("the form is the payload's schema with a sample in it; what is wrong is marked; it fires so many, so fast", async () => {
    const platform = await start();
    const { heard, ids } = await agent(platform);
    const { page } = await open(`${platform.url}/#/fire`);
    await page
      .getByRole("region", { name: "Fire a trigger" })
      .getByRole("combobox")
      .first()
      .selectOption(STAR);
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
    expect(heard, "nothing was fired").toEqual([]);

    await page.getByLabel(/^Repository Id/).fill("42");
    await page.getByLabel(/^Starred By/).fill("ada");
    await page.getByLabel("How many", { exact: true }).fill("5");
    await page.getByLabel("How many a second").fill("10");
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "5 events fired" }).waitFor();
    await expect.poll(() => heard.length).toBe(5);
    for (const event of heard) expect(event.payload).toMatchObject({ repository_id: 42, starred_by: "ada" });
    const times = heard.map(({ timestamp }) => timestamp.getTime());
    // Five at ten a second: four pauses of a tenth.
    expect((times[4] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(380);
    const shown = page.getByRole("region", { name: "Fired from here" });
    await expect.poll(() => shown.locator(".badge").allTextContents()).toEqual(Array(5).fill("done"));
    expect(await shown.getByRole("link").allTextContents()).toEqual([...ids()].reverse());
    await picture(page, "fire-done");
  });

  test("as JSON: what is no JSON is said, what is one is sent, and the form has it too", async () => {
    const platform = await start();
    const { heard } = await agent(platform);
    const { page } = await open(`${platform.url}/#/fire/${STAR}`);
    await page.getByRole("button", { name: "JSON", exact: true }).click();
    await page.getByRole("textbox", { name: "Payload" }).fill('{"starred_by": ');
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("alert").waitFor();
    expect(heard).toEqual([]);
    await page.getByRole("textbox", { name: "Payload" }).fill('{"starred_by": "grace", "more": [1, null]}');
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await expect
      .poll(() => heard.map(({ payload }) => payload))
      .toEqual([{ starred_by: "grace", more: [1, null] }]);
    await page.getByRole("button", { name: "Form", exact: true }).click();
    expect(await page.getByLabel(/^Starred By/).inputValue()).toBe("grace");
    await page.getByRole("button", { name: "New sample" }).click();
    await expect.poll(() => page.getByLabel(/^Starred By/).inputValue()).not.toBe("grace");
  });

  test("a trigger that nobody enabled is said to be so, with the way to enable it", async () => {
    const platform = await start();
    const { page } = await open(`${platform.url}/#/fire/${STAR}`);
    await page.getByText("It is not enabled: nobody would hear it.").waitFor();
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "not enabled" }).waitFor();
    await page.getByRole("link", { name: "Enable it first" }).click();
    await page
      .getByRole("region", { name: "The chosen trigger" })
      .getByLabel(/^Owner/)
      .waitFor();
  });
});
