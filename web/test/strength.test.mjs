// Sliders of strength under a finger.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, context: { hasTouch: true, isMobile: true } };

test("on a phone a tap sets a slider and fades the skips out", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=0&eval_every=0", ...PHONE }, async (lab) => {
    await lab.reaches("ready");
    await lab.page.tap("#strengths > summary");
    await lab.page.tap("#strength-0-3");
    assert.equal(await lab.attribute("#strength-0-3", "aria-valuetext"), "0.5");
    await lab.page.tap("#fade-out");
    await lab.waitFor("says that they fade", () => /skips fade out in steps 0–200/.test(document.querySelector("#settings-line").textContent));
    assert.equal(await lab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing overflows");
    const box = await lab.evaluate(() => {
      const { left, right } = document.querySelector(".strengths-body").getBoundingClientRect();
      return [left, right, innerWidth];
    });
    assert.ok(box[0] >= 0 && box[1] <= box[2], `${box}`);
  }));
