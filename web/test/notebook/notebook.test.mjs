// A notebook that was executed and exported to HTML (`cargo xtask check-pytorch`), in Chromium: the page in it is alive.

import assert from "node:assert/strict";
import { fromEnvironment } from "../browser/index.mjs";
import { test, withPage } from "../harness.mjs";

/** What exports notebooks makes a page that asks for typesetting and for what widgets need. */
const EXPORTED = { file: fromEnvironment("HEADWATER_NOTEBOOK"), viewport: { width: 1280, height: 900 }, expected: [/\/cdnjs\./] };

test("an exported notebook shows its recording, step by step", () =>
  withPage(EXPORTED, async (lab) => {
    const frame = lab.page.frameLocator("iframe");
    const page = frame.locator('#lab[data-source="recording"]');
    await page.waitFor();
    const last = Number(await page.getAttribute("data-step"));
    assert.ok(last > 1, `${last} steps`);
    assert.match(await frame.locator("#recording").innerText(), /ResNet · stripes\.headwater\.jsonl · headwater\.py/);
    const first = () => frame.locator('#profile-table tbody tr:first-child [data-quantity="grad_in_l2"]').getAttribute("data-value");
    const atTheEnd = await first();
    assert.ok(Number(atTheEnd) > 0);
    await lab.screenshot("notebook");
    await frame.locator("#history-slider").press("Home");
    await frame.locator('#lab[data-viewed-step="0"]').waitFor();
    await frame.locator("#profile-table caption").filter({ hasText: "step 0" }).waitFor({ state: "attached" });
    assert.notEqual(await first(), atTheEnd, "another step has other numbers");
    await frame.locator('[data-block="layer2.0"] .box-button').click();
    await frame.locator(".inspector-card").filter({ hasText: "layer2.0 · BasicBlock · projection skip" }).waitFor();
    await lab.screenshot("notebook-at-step-0");
  }));
