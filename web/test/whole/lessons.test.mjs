// Every lesson from its start to its finish, by mouse, by the keyboard alone and by touch on a phone: minutes, so only
// `cargo xtask test-lessons` plays them.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test, withPage } from "../harness.mjs";

const FOLDER = new URL("../../../assets/lessons/", import.meta.url);
const LESSONS = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => JSON.parse(readFileSync(new URL(`${name}/lesson.json`, FOLDER), "utf8")));

const PHONE = { viewport: { width: 390, height: 844 }, context: { hasTouch: true, isMobile: true } };
const OWN = "depth=8&width=4&data=digits&compare=0";

/** How each hand presses a button, chooses a prediction, and draws. */
const HANDS = [
  {
    hand: "by mouse",
    press: ({ page }, selector) => page.click(selector),
    draw: async ({ page }) => {
      await page.locator(".sketch-pad").scrollIntoViewIfNeeded();
      const { x, y, width, height } = await page.locator(".sketch-pad").boundingBox();
      await page.mouse.move(x + 0.2 * width, y + 0.6 * height);
      await page.mouse.down();
      await page.mouse.move(x + 0.9 * width, y + 0.3 * height, { steps: 9 });
      await page.mouse.up();
    },
  },
  {
    hand: "by the keyboard alone",
    press: (lab, selector) => lab.press(selector.startsWith("input") ? " " : "Enter", selector),
    draw: (lab) => lab.press("ArrowDown", ".sketch-block[tabindex='0']"),
  },
  {
    hand: "by touch",
    options: PHONE,
    press: ({ page }, selector) => page.tap(selector),
    draw: async ({ page }) => {
      await page.locator(".sketch-pad").scrollIntoViewIfNeeded();
      const { x, y, width, height } = await page.locator(".sketch-pad").boundingBox();
      await page.touchscreen.tap(x + 0.3 * width, y + 0.5 * height);
    },
  },
];

for (const { hand, options, press, draw } of HANDS) {
  for (const { id, steps } of LESSONS) {
    test(`the lesson ${id}, ${hand}, from its start to its finish`, () =>
      withPage({ query: OWN, ...options }, async (lab) => {
        const { page } = lab;
        await lab.reaches("ready");
        await press(lab, "#lessons");
        await press(lab, `#lesson-list [data-lesson-id="${id}"]`);
        for (const [index, step] of steps.entries()) {
          await page.waitForSelector(`#lab[data-lesson="${id}"][data-lesson-step="${index + 1}"]`);
          if (step.options) await press(lab, "input[data-prediction]");
          if (step.draw) await draw(lab);
          await page.waitForSelector("#lesson-see:not([disabled])");
          await press(lab, "#lesson-see");
          await page.waitForSelector("#lesson-verdict[data-outcome]", { timeout: 180_000 });
          const outcome = await page.getAttribute("#lesson-verdict", "data-outcome");
          const known = step.outcomes.map((own) => own.id);
          assert.ok(known.includes(outcome), `step ${index + 1}: ${outcome} is none of ${known}`);
          await press(lab, "#lesson-next");
        }
        await page.waitForSelector("#lab:not([data-lesson])");
        assert.match(await page.textContent("#settings-line"), /ResNet-8/, "the visitor's run is there again");
      }));
  }
}
