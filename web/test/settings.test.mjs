// Settings as URL parameters and as controls: what is stated, what is kept, what is refused.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

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

test("a long bad value is cut, a parameter that is no setting is named, and the address then says what is in force", () =>
  withPage({ query: `data=digits&depth=8&width=4&lr=${"9".repeat(3000)}x&block=layer9.9&future=1` }, async (lab) => {
    await lab.reaches("ready");
    const notice = await lab.notice();
    assert.ok(notice.length < 600, `${notice.length} characters`);
    assert.match(notice, /lr "9{30}… \(3,001 characters\)" is not accepted/);
    assert.match(notice, /block "layer9\.9" is not accepted/);
    assert.match(notice, /future is no setting of this page/);
    await lab.page.waitForFunction(() => !new URL(location.href).searchParams.has("block"));
    assert.equal(query(lab).get("future"), "1");
    await lab.page.reload();
    await lab.reaches("ready");
    assert.doesNotMatch(await lab.notice(), /block|lr/, "it is said once");
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

test("Enter applies a live setting to the run, and elsewhere begins a run, once what was typed is accepted", () =>
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
    await lab.page.waitForSelector('#set-width[aria-invalid="true"]');
    assert.match(await lab.notice(), /width "0".*from 1 to 1024; 4 is used/);
    const typed = await lab.page.inputValue("#set-width");
    assert.deepEqual([typed, await lab.says("step")], ["0", "1"], "it stays to be mended, and so does the run");
    await lab.page.fill("#set-lr", "500");
    await lab.page.press("#set-lr", "Enter");
    await lab.page.waitForSelector('#set-lr[aria-invalid="true"]');
    assert.equal(query(lab).get("events"), "1:lr=0.01", "nor is it moved into the range");
    await lab.page.fill("#set-lr", "0.02");
    await lab.page.fill("#set-width", "5");
    await lab.page.press("#set-width", "Enter");
    await lab.page.waitForSelector('#lab[data-state="ready"][data-step="0"]');
    assert.match(await lab.page.textContent("#settings-line"), /width 5/);
    await lab.page.waitForSelector("#settings", { state: "detached" });
    assert.doesNotMatch(await lab.notice(), /width|lr/);
  }));

test("every setting is explained where it stands, and what cannot be chosen says why", () =>
  withPage({ query: "data=digits&depth=8&width=4" }, async (lab) => {
    await lab.reaches("ready");
    await lab.page.click("#more");
    const fields = await lab.page.$$eval("#settings .field", (fields) =>
      fields.map((field) => {
        const control = field.querySelector("input, select");
        const about = document.getElementById(control.getAttribute("aria-describedby"));
        return { id: control.id, about: about.textContent, seen: about.checkVisibility(), named: control.labels.length };
      }),
    );
    assert.ok(fields.length > 15, `${fields.length} fields`);
    for (const { id, about, seen, named } of fields) {
      assert.ok(about.length > 3 && seen && named === 1, `${id}: ${about}`);
    }
    const option = lab.page.locator('#set-init option[value="zero-gamma"]');
    assert.match(await option.textContent(), /zero-gamma.*needs batch norm/);
    assert.ok(await option.isDisabled());
    await lab.page.selectOption("#set-norm", "bn");
    assert.doesNotMatch(await option.textContent(), /needs/);
    assert.ok(!(await option.isDisabled()));
    assert.ok(await lab.page.isDisabled("#set-branch_layers"));
    assert.match(await lab.page.textContent("#about-branch_layers"), /ResNet-8 takes only this: two layers/);
    await lab.screenshot("settings-form");
    await lab.page.fill("#set-width", "9999");
    await lab.page.press("#set-width", "Tab");
    await lab.page.waitForSelector('#set-width[aria-invalid="true"]');
    assert.match(await lab.page.textContent("#about-width"), /width "9999".*; 4 is used/);
    assert.equal(await lab.page.inputValue("#set-width"), "9999");
  }));

test("a list and a field show what is in force, whatever was chosen in them before", () =>
  withPage({ query: "data=digits&depth=8&width=4" }, async (lab) => {
    await lab.reaches("ready");
    await lab.page.click("#more");
    const norm = () => lab.page.inputValue("#set-norm");
    await lab.page.selectOption("#set-norm", "bn");
    await lab.page.selectOption("#set-model", "vgg16");
    assert.equal(await norm(), "none");
    await lab.page.selectOption("#set-model", "vgg16_bn");
    assert.equal(await norm(), "bn");
    await lab.page.fill("#set-momentum", "0.90");
    await lab.page.press("#set-momentum", "Tab");
    assert.equal(await lab.page.inputValue("#set-momentum"), "0.9");
  }));

test("a new run that cannot begin leads to the field that is wrong", () =>
  withPage({ query: "data=digits&depth=8&width=4" }, async (lab) => {
    await lab.reaches("ready");
    await lab.page.click("#more");
    await lab.page.fill("#set-seed", "x");
    await lab.page.fill("#set-width", "");
    await lab.page.press("#set-width", "Tab");
    await lab.page.click("#new-run");
    await lab.page.waitForSelector("#set-width:focus");
    assert.ok(await lab.page.isVisible("#about-width.wrong"));
  }));

test("single keys do what buttons do, and a switch or the link turns them off", () =>
  withPage({ query: "data=digits&depth=8&width=4" }, async (lab) => {
    await lab.reaches("ready");
    const { keyboard } = lab.page;
    await keyboard.press("ArrowRight");
    await lab.page.waitForSelector('#lab[data-step="1"][data-state="paused"]');
    await keyboard.press("s");
    await lab.page.waitForSelector('#skip-all[aria-checked="false"]');
    await keyboard.press("r");
    await lab.page.waitForSelector('#lab[data-step="0"][data-state="ready"]');
    await keyboard.press("Space");
    await lab.reachesStep(2);
    await keyboard.press("Space");
    await lab.reaches("paused");
    const step = await lab.says("step");
    await lab.page.focus(".scrub");
    await keyboard.press("ArrowRight");
    await lab.page.click("#more");
    await lab.page.focus("#set-lr");
    for (const key of ["r", "s", "c", "?"]) await keyboard.press(key);
    await keyboard.press("Escape");
    assert.equal(await lab.page.getAttribute("#skip-all", "aria-checked"), "false", "a field keeps its letters");
    assert.equal(await lab.says("step"), step, "the history keeps its arrows");
    await keyboard.press("Escape");
    await lab.page.evaluate(() => document.activeElement.blur());
    await keyboard.press("?");
    await lab.page.waitForSelector("#help[open]");
    await keyboard.press("s");
    assert.equal(await lab.page.getAttribute("#skip-all", "aria-checked"), "false", "the panel is above all keys");
    await lab.page.click("#keys");
    await lab.page.waitForFunction(() => new URL(location.href).searchParams.get("keys") === "0");
    await keyboard.press("Escape");
    await lab.page.waitForSelector("#help:not([open])", { state: "attached" });
    await keyboard.press("s");
    await keyboard.press("?");
    assert.equal(await lab.page.getAttribute("#skip-all", "aria-checked"), "false", "they are switched off");
    assert.equal(await lab.page.locator("#help[open]").count(), 0);
  }));

test("the help explains words, keys and this copy, takes the focus and gives it back", () =>
  withPage({ query: "data=digits&depth=8&width=4" }, async (lab) => {
    await lab.reaches("ready");
    await lab.page.click("#open-help");
    await lab.page.waitForSelector("#help[open]");
    const text = await lab.page.textContent("#help");
    for (const words of ["trains a residual network", "branch", "held-out", "Space", "build", "MIT or Apache-2.0", "Source"]) {
      assert.ok(text.includes(words), words);
    }
    assert.ok(await lab.page.evaluate(() => document.querySelector("#help").contains(document.activeElement)));
    await lab.screenshot("help");
    await lab.page.keyboard.press("Escape");
    await lab.page.waitForSelector("#help:not([open])", { state: "attached" });
    assert.equal(await lab.page.evaluate(() => document.activeElement.id), "open-help");
    await lab.page.click("#open-help");
    await lab.page.waitForSelector("#help[open]");
    await lab.page.locator("#help").getByRole("button", { name: "Close" }).click();
    await lab.page.waitForSelector("#help:not([open])", { state: "attached" });
  }));

test("a comparison claims the same batches only where they are the same", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=1" }, async (lab) => {
    await lab.reaches("ready");
    assert.match(await lab.page.textContent("#lab"), /Same initial parameters and batches\./);
    await lab.page.goto(`${lab.page.url().split("?")[0]}?data=digits&depth=8&width=4&compare=1&seed_b=7`);
    await lab.reaches("ready");
    const text = await lab.page.textContent(".window");
    assert.match(text, /Different seed: other initial parameters, other batches\./);
    assert.ok(!/same (network|batches|seed)/i.test(text), text);
  }));

test("what a link asks for and this version does not have is said", () =>
  withPage({ query: "data=digits&depth=8&width=4&lock=skips&order=pre&labels=random&lr_b=0.1&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    const notice = await lab.notice();
    assert.ok(notice.includes("lock=skips is not available in this version and was left out."), notice);
    assert.ok(!/order|labels/.test(notice), notice);
    assert.ok(notice.includes("lr_b=0.1 needs compare=1"), notice);
  }));
