import { describe, expect, test } from "vitest";
import { agent, STAR } from "./agent.js";
import { browserSetup, control, hasChromium, screenshot } from "./browser.js";

describe.skipIf(!hasChromium)("firing from the dashboard (needs chromium)", () => {
  const { platform: start, open } = browserSetup();

  test("the form has a sample in every field, marks invalid ones, and fires the given number at the given rate", async () => {
    const platform = await start();
    const { received, ids } = await agent(platform);
    const { page } = await open(`${platform.url}/#/fire`);
    await page
      .getByRole("region", { name: "Fire a trigger" })
      .getByRole("combobox")
      .first()
      .selectOption(STAR);
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
    await page.getByRole("textbox", { name: "Payload" }).fill('{"starred_by": 1}');
    await page.getByText(/starred_by: must be/).waitFor();
    await page.getByRole("textbox", { name: "Payload" }).fill('{"starred_by": ');
    await page.getByText(/^Not JSON: /).waitFor();
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
