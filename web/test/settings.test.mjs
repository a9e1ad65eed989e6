// Settings as URL parameters and as controls: what is stated, what is kept, what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./harness.mjs";

const query = (lab) => new URL(lab.page.url()).searchParams;

test("bad values are clamped or refused with a visible sentence, and the page still trains", () =>
  withPage({ query: "data=digits&depth=9&width=0&norm=layer&lr=fast&future=1&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    const notice = await lab.notice();
    for (const word of ["depth", "width", "norm", "lr"]) {
      assert.ok(notice.includes(word), `the notice names ${word}: ${notice}`);
    }
    await lab.screenshot("bad-values");
  }));

test("a bad model is named and the page still trains", () =>
  withPage({ query: "model=resnet21&data=digits&width=4&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    assert.match(await lab.notice(), /resnet21.*6n\+2/);
    await lab.page.click("#step-once");
    await lab.reachesStep(1);
  }));

test("the switches write their state into the URL, and the URL sets the switches", () =>
  withPage({ query: "data=digits&depth=8&width=4&future=1&compare=0" }, async (lab) => {
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
  withPage({ query: "data=digits&depth=14&width=4&norm=bn&init=he&lr=0.1&momentum=0.5&batch=16&seed=7&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    const text = await lab.page.textContent("#lab");
    for (const words of ["ResNet-14", "width 4", "digits", "0.1", "momentum 0.5", "batch 16", "seed 7"]) {
      assert.ok(text.includes(words), `the page states ${words}`);
    }
  }));

test("the keyboard reaches play, the switches and the blocks", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    const target = '[data-block="layer1.0"][data-lane="a"] [role="switch"]';
    await lab.page.focus(target);
    await lab.page.keyboard.press("Space");
    assert.equal(await lab.page.getAttribute(target, "aria-checked"), "false");
    await lab.page.focus("#play");
    await lab.page.keyboard.press("Enter");
    await lab.reachesStep(2);
  }));

test("Enter applies a live setting to the run, and elsewhere begins a run that says what became of the value", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    await lab.page.click("#step-once");
    await lab.reachesStep(1);
    await lab.page.click("#more");
    await lab.page.fill("#set-lr", "0.01");
    await lab.page.press("#set-lr", "Enter");
    await lab.page.waitForFunction(() => new URL(location.href).searchParams.get("events") === "1:lr=0.01");
    assert.equal(await lab.says("step"), "1", "the run goes on");
    await lab.page.fill("#set-width", "0");
    await lab.page.press("#set-width", "Enter");
    await lab.page.waitForSelector('#lab[data-state="ready"][data-step="0"]');
    assert.match(await lab.notice(), /width "0".*from 1 to 1024; 1 is used/);
    await lab.page.fill("#set-width", "4");
    await lab.page.press("#set-width", "Tab");
    await lab.page.waitForFunction(() => document.querySelector("#notice").textContent === "");
    await lab.page.keyboard.press("Escape");
    await lab.page.waitForSelector("#settings", { state: "detached" });
  }));

test("a comparison claims the same batches only where they are the same", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=1" }, async (lab) => {
    await lab.reaches("ready");
    assert.match(await lab.page.textContent("#lab"), /Same seed, same initial parameters, same batches\./);
    await lab.page.goto(`${lab.page.url().split("?")[0]}?data=digits&depth=8&width=4&compare=1&seed_b=7`);
    await lab.reaches("ready");
    const text = await lab.page.textContent(".window");
    assert.match(text, /Different seed: other initial parameters, other batches\./);
    assert.ok(!/same (network|batches|seed)/i.test(text), text);
  }));

test("what a link asks for and this version does not have is said", () =>
  withPage({ query: "data=digits&depth=8&width=4&fade=0-9&order=pre&labels=random&lr_b=0.1&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    const notice = await lab.notice();
    assert.ok(notice.includes("fade=0-9 is not available in this version and was left out."), notice);
    assert.ok(!/order|labels/.test(notice), notice);
    assert.ok(notice.includes("lr_b=0.1 needs compare=1"), notice);
  }));

test("the numbers of a past step are all of that step", () =>
  withPage({ query: "data=digits&depth=8&width=4&steps=3&play=1&compare=0" }, async (lab) => {
    await lab.reaches("done");
    const last = await lab.value("#loss");
    assert.equal(await lab.says("viewed-step"), null);
    await lab.page.focus(".scrub");
    await lab.page.keyboard.press("Home");
    await lab.page.waitForSelector('#lab[data-viewed-step="0"]');
    assert.notEqual(await lab.value("#loss"), last);
    assert.match(await lab.page.textContent("#profile-table caption"), /step 0/);
    await lab.page.keyboard.press("End");
    await lab.page.waitForSelector("#lab:not([data-viewed-step])");
    assert.equal(await lab.value("#loss"), last);
  }));
