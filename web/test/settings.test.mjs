// Settings as URL parameters and as controls: what is stated, what is kept, what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./harness.mjs";

const query = (lab) => new URL(lab.page.url()).searchParams;

test("bad values are clamped or refused with a visible sentence, and the page still trains", () =>
  withPage({ query: "data=digits&depth=9&width=100000&norm=layer&lr=fast&future=1" }, async (lab) => {
    await lab.reaches("ready");
    const notice = await lab.notice();
    for (const word of ["depth", "width", "norm", "lr"]) {
      assert.ok(notice.includes(word), `the notice names ${word}: ${notice}`);
    }
    await lab.screenshot("bad-values");
  }));

test("a bad model is named and the page still trains", () =>
  withPage({ query: "model=resnet21&data=digits&width=4" }, async (lab) => {
    await lab.reaches("ready");
    assert.match(await lab.notice(), /resnet21.*6n\+2/);
    await lab.page.click("#step-once");
    await lab.reachesStep(1);
  }));

test("the switches write their state into the URL, and the URL sets the switches", () =>
  withPage({ query: "data=digits&depth=8&width=4&future=1" }, async (lab) => {
    await lab.reaches("ready");
    await lab.page.click('[data-block="layer2.0"][data-lane="a"] [role="switch"]');
    await lab.page.waitForFunction(() => new URL(location.href).searchParams.get("skip") === "layer2.0=0");
    assert.equal(query(lab).get("future"), "1", "unknown keys are kept");
    await lab.page.waitForLoadState("load");
    await lab.page.reload();
    await lab.reaches("ready");
    const checked = await lab.page.$$eval('[data-block][data-lane="a"] [role="switch"]', (switches) =>
      switches.map((one) => one.getAttribute("aria-checked")),
    );
    assert.deepEqual(checked, ["true", "false", "true"]);
    assert.equal(await lab.page.getAttribute("#skip-all", "aria-checked"), "false", "not all are open");
  }));

test("one line states all settings in force", () =>
  withPage({ query: "data=digits&depth=14&width=4&norm=bn&init=he&lr=0.1&momentum=0.5&batch=16&seed=7" }, async (lab) => {
    await lab.reaches("ready");
    const text = await lab.page.textContent("#lab");
    for (const words of ["ResNet-14", "width 4", "digits", "0.1", "momentum 0.5", "batch 16", "seed 7"]) {
      assert.ok(text.includes(words), `the page states ${words}`);
    }
  }));

test("the keyboard reaches play, the switches and the blocks", () =>
  withPage({ query: "data=digits&depth=8&width=4" }, async (lab) => {
    await lab.reaches("ready");
    const target = '[data-block="layer1.0"][data-lane="a"] [role="switch"]';
    await lab.page.focus(target);
    await lab.page.keyboard.press("Space");
    assert.equal(await lab.page.getAttribute(target, "aria-checked"), "false");
    await lab.page.focus("#play");
    await lab.page.keyboard.press("Enter");
    await lab.reachesStep(2);
  }));
