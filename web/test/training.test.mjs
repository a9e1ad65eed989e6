// More of training: what is measured, what it costs, what a long step says, how a run ends.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

/** Small and quick: three blocks on the 8×8 digits. */
const SMALL = "data=digits&depth=8&width=4&compare=0";

test("eight fixed held-out images show what the network takes them for", () =>
  withPage({ query: "data=digits&depth=8&width=4&eval_every=5&steps=5&compare=1" }, async (lab) => {
    await lab.page.waitForSelector(".samples li");
    const truths = await lab.page.$$eval(".samples .truth", (all) => all.map((one) => one.textContent));
    assert.deepEqual(truths, ["0", "1", "2", "3", "4", "5", "6", "7"]);
    assert.equal(await lab.page.locator('.answer[data-answer="none"]').count(), 16);
    await lab.reaches("ready");
    await lab.page.click("#play");
    await lab.reaches("done");
    await lab.page.waitForFunction(() => !document.querySelector('.answer[data-answer="none"]'));
    const answers = await lab.page.$$eval(".samples .answer", (all) => all.map((one) => [one.dataset.answer, one.textContent]));
    assert.equal(answers.length, 16);
    for (const [kind, words] of answers) {
      assert.match(words, kind === "right" ? /^[●▲]✓ right, \d+ %$/ : /^[●▲]✗ wrong: \d, \d+ %$/);
    }
    const black = await lab.page.$$eval(".thumb", (all) =>
      all.map((one) => one.getContext("2d").getImageData(0, 0, 8, 8).data.some((value, at) => at % 4 < 3 && value > 100)),
    );
    assert.deepEqual(black, Array(8).fill(true), "they are painted");
    await lab.screenshot("samples", { fullPage: true });
  }));

test("the default page asks its question with measured numbers", () =>
  withPage({}, async (lab) => {
    await lab.reaches("ready");
    assert.equal(await lab.says("engine"), "simd128");
    assert.equal(await lab.says("step"), "0");
    await lab.stepOnce();
    assert.equal(await lab.says("source"), "live");
    const rows = await lab.profile();
    assert.equal(rows.length, 9);
    const ratio = rows[0].grad_in_l2 / rows[8].grad_in_l2;
    assert.ok(ratio > 0.2 && ratio < 0.8, `first over last block: ${ratio}`);
    for (const row of rows) {
      assert.equal(Object.keys(row).length, 8);
      const { skip_grad_l2: skip, branch_grad_l2: branch, skip_branch_cosine: cosine, grad_in_l2: whole } = row;
      const sum = Math.sqrt(skip ** 2 + branch ** 2 + 2 * cosine * skip * branch);
      assert.ok(Math.abs(sum / whole - 1) < 1e-4, `the parts make ${sum}, the whole is ${whole}`);
    }
    await lab.screenshot("default-after-one-step");
  }));

test("the page says what measuring costs, and it is little", () =>
  withPage({ query: "play=1&compare=0" }, async (lab) => {
    await lab.reachesStep(30);
    await lab.page.click("#play");
    await lab.reaches("paused");
    const share = await lab.value("#measuring-share");
    assert.ok(share > 0 && share < 0.15, `measuring takes ${share} of a step`);
    assert.match(await lab.page.textContent("#measuring-share"), /measuring \d+ %/);
    assert.match(await lab.page.getAttribute("#measuring-share", "title"), /measurements/);
    assert.ok(Number(await lab.page.getAttribute("#steps-per-second", "data-ms-per-step")) > 0);
  }));

test("a long step tells how far it is and can be paused within", () =>
  withPage({ query: "model=resnet18&image_size=128&batch=16&steps=1&norm=bn&init=he&compare=0" }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    assert.match(await page.textContent(".learning-card"), /Held-out images are not evaluated/);
    await page.click("#play");
    await page.waitForSelector("#step-progress");
    assert.match(await page.textContent(".progress"), /0 of 1 steps · (stem|block \d of 8|head)/);
    await page.click("#play");
    await lab.reaches("paused");
    assert.equal(await lab.says("step"), "0");
    assert.match(await page.textContent("#play"), /Go on/);
    assert.match(await page.textContent(".progress"), /paused within a step, which Step finishes first/);
    await page.click("#play");
    await lab.reaches("done");
    assert.equal(await lab.says("step"), "1");
    assert.equal(await page.locator("#step-progress").count(), 0);
  }));

test("with all skips off the same weights give a vanishing gradient", () =>
  withPage({ query: "skip=off&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    assert.equal(await lab.page.getAttribute("#skip-all", "aria-checked"), "false");
    await lab.stepOnce();
    const rows = await lab.profile();
    const ratio = rows[0].grad_in_l2 / rows[8].grad_in_l2;
    assert.ok(ratio > 1e-9 && ratio < 1e-6, `first over last block: ${ratio}`);
    assert.ok(rows.every((row) => row.skip_grad_l2 === null && row.skip_branch_cosine === null));
  }));

test("the budget ends the run", () =>
  withPage({ query: `${SMALL}&steps=12&play=1` }, async (lab) => {
    await lab.reaches("done");
    assert.equal(await lab.says("step"), "12");
  }));

test("held-out accuracy is measured while it trains", () =>
  withPage({ query: `${SMALL}&norm=bn&init=he&play=1` }, async (lab) => {
    await lab.reachesStep(101);
    const accuracy = await lab.value("#accuracy");
    assert.ok(accuracy > 0.2 && accuracy <= 1, `held-out accuracy ${accuracy}`);
    assert.ok(Number(await lab.says("steps-per-second")) > 0);
  }));

test("the numbers of the focused block are those that the charts show", () =>
  withPage({ query: "data=digits&depth=8&width=4&play=1&compare=0" }, async (lab) => {
    await lab.reachesStep(5);
    for (let look = 0; look < 10; look++) {
      const [chart, facts] = await lab.page.evaluate(
        () =>
          new Promise((done) => {
            const words = (selector) => document.querySelector(selector)?.textContent;
            requestAnimationFrame(() => done([words("#profile-chart .value"), words('[data-fact="grad_in_l2"]')]));
          }),
      );
      assert.equal(facts, chart);
    }
  }));

for (const compare of [0, 1]) {
  test(`what is flipped while it rests is in force at the very next step, with compare=${compare}`, () =>
    withPage({ query: `${SMALL}&compare=${compare}&skip_b=off&steps=100000` }, async (lab) => {
      const open = () => lab.page.getAttribute("#skip-all", "aria-checked");
      await lab.reaches("ready");
      for (let round = 1; round <= 6; round += 1) {
        await lab.click("#play");
        await lab.reachesStep(Number(await lab.says("step")) + 5);
        await lab.click("#play");
        await lab.reaches("paused");
        if (compare) {
          // Both rest after the same step.
          await lab.page.waitForFunction(() => /at step [\d,]+$/.test(document.querySelector('[data-fact="step"]').textContent));
        }
        await lab.click("#skip-all");
        if (compare) await lab.click("#skip-all-b");
        const before = Number(await lab.says("step"));
        await lab.stepOnce();
        assert.equal(Number(await lab.says("step")), before + 1, "one step is one step");
        const [first] = await lab.profile();
        assert.equal(first.skip_grad_l2 !== null, (await open()) === "true", `round ${round}: measured as it is switched`);
        assert.doesNotMatch(await lab.page.textContent(".progress"), /press Step/);
        if (compare) {
          const [second] = await lab.profile("#profile-table-b");
          assert.equal(second.skip_grad_l2 !== null, (await open()) !== "true", `round ${round}: so is the second run`);
        }
      }
    }));
}
