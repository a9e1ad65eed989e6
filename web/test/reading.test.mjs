// What a reader can look at: stem and head as blocks, the choice of what is plotted, words that explain themselves, and
// descriptions for those who do not see the charts.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

/** Small and quick: three blocks on the 8×8 digits. */
const SMALL = "data=digits&depth=8&width=4&compare=0";

test("stem and head are blocks that can be looked at, in the river, the inspector and the table", () =>
  withPage({ query: `${SMALL}&steps=2&play=1` }, async (lab) => {
    await lab.reaches("done");
    for (const [name, title, quantities] of [
      ["stem", "Stem", ["grad_out_l2", "weight_grad_l2"]],
      ["head", "Head", ["grad_in_l2", "weight_grad_l2"]],
    ]) {
      await lab.page.click(`[data-block="${name}"][data-lane="a"] .box-button`);
      await lab.page.waitForFunction(
        (title) => document.querySelector(".inspector-card h2")?.textContent.startsWith(title),
        title,
      );
      for (const quantity of quantities) {
        const cell = `#profile-table [data-row="${name}"] [data-end-quantity="${quantity}"]`;
        assert.ok((await lab.value(cell)) > 0, `${name}: ${quantity} in the table`);
        await lab.page.waitForFunction(
          (fact) => /\d/.test(document.querySelector(fact)?.textContent ?? ""),
          `[data-fact="${quantity}"]`,
        );
      }
    }
    // What arrives at the stem is what block 1 passes on.
    const arriving = await lab.value('#profile-table [data-row="stem"] [data-end-quantity="grad_out_l2"]');
    const passed = await lab.value('#profile-table [data-row="layer1.0"] [data-quantity="grad_in_l2"]');
    assert.equal(arriving, passed);
  }));

test("a link can look at the stem, and at a quantity", () =>
  withPage({ query: `${SMALL}&block=stem&plot=weight_grad_l2&relative=1` }, async (lab) => {
    await lab.reaches("ready");
    assert.equal(await lab.notice(), "");
    assert.match(await lab.page.textContent(".inspector-card h2"), /^Stem/);
    assert.equal(await lab.page.inputValue("#plot"), "weight_grad_l2");
    assert.equal(await lab.page.getAttribute("#relative", "aria-pressed"), "true");
  }));

test("profile and history show what is chosen, and the link says so", () =>
  withPage({ query: `${SMALL}&steps=3&play=1` }, async (lab) => {
    await lab.reaches("done");
    const describes = (chart, words) =>
      lab.page.waitForFunction(
        ([chart, words]) => document.querySelector(chart)?.getAttribute("aria-label")?.includes(words),
        [chart, words],
      );
    await describes("#profile-chart", "gradient passed on");
    for (const [quantity, words] of [
      ["grad_out_l2", "radient arriving"],
      ["weight_grad_l2", "eight gradient"],
      ["skip_share", "hare over the shortcut"],
      ["branch_ratio", "ranch / shortcut"],
      ["activation_rms", "ize of the signal"],
    ]) {
      await lab.page.selectOption("#plot", quantity);
      await describes("#profile-chart", words);
      await describes("#history-chart", words);
      await lab.page.waitForFunction((query) => location.search.includes(query), `plot=${quantity}`);
      assert.ok((await lab.page.textContent("#plot-reads")).length > 20);
    }
    await lab.page.selectOption("#plot", "grad_in_l2");
    await lab.page.click("#relative");
    await describes("#profile-chart", "relative to the last block 1.00 at block 3");
    await lab.page.waitForFunction(() => location.search.includes("relative=1"));
  }));

test("what a chart is said to show is what it shows, also when nothing moves any more", () =>
  withPage({ query: `${SMALL}&steps=40&play=1` }, async (lab) => {
    await lab.reaches("done");
    const value = await lab.page.textContent('#profile-table [data-row="layer1.0"] [data-quantity="grad_in_l2"]');
    await lab.page.waitForFunction(
      (value) => document.querySelector("#profile-chart").getAttribute("aria-label").includes(`${value} at block 1`),
      value,
    );
    await lab.page.waitForFunction(() =>
      document.querySelector("#learning-chart").getAttribute("aria-label").includes("at step 39"),
    );
  }));

test("the first loss alone is seen", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    await lab.page.click("#step-once");
    await lab.reachesStep(1);
    await lab.page.waitForFunction(() => document.querySelector("#learning-chart circle.dot"));
  }));

test("a word opens its line by focus and by tap, and Escape closes it", () =>
  withPage({ query: `${SMALL}&steps=1&play=1` }, async (lab) => {
    await lab.reaches("done");
    const word = lab.page.locator(".river-card .term-word").first();
    await word.focus();
    const line = lab.page.locator(".river-card [role=tooltip]");
    await line.waitFor();
    assert.match(await line.textContent(), /way past a block/);
    assert.equal(await line.locator(".block-drawing").count(), 1);
    await lab.page.keyboard.press("Escape");
    await line.waitFor({ state: "detached" });
    await word.click();
    await line.waitFor();
    // In the inspector it has this block's numbers.
    await lab.page.locator(".facts .term-word").nth(1).focus();
    const formula = lab.page.locator(".facts [role=tooltip]");
    await formula.waitFor();
    assert.match(await formula.textContent(), /‖∂E\/∂x‖ = √\(.*\) = [\d.e-]+\./);
  }));

test("branches used have a curve, and a sentence stands for a flat start", () =>
  withPage({ query: "data=digits&compare=0&steps=30&play=1" }, async (lab) => {
    await lab.reaches("done");
    await lab.page.waitForFunction(() => document.querySelector("#branches-chart path.smooth"));
    await lab.page.waitForFunction(() => document.querySelector("#branches-chart").getAttribute("aria-label").includes("of 9 branches"));
  }));

for (const query of ["data=digits&compare=1&skip_b=off", "embed=1&data=digits&depth=8&width=4"]) {
  test(`while it trains, sentence, river and numbers are of one step: ${query}`, () =>
    withPage({ query: `${query}&steps=100000&play=1` }, async (lab) => {
      await lab.reachesStep(5);
      for (let look = 0; look < 15; look += 1) {
        const [sentence, river] = await lab.evaluate(
          () =>
            new Promise((done) => {
              const words = (selector) => [...document.querySelectorAll(selector)].map((one) => one.textContent);
              const firsts = () => words("svg .fraction.lane-a, svg .fraction.lane-b");
              requestAnimationFrame(() => done([words("#reading strong"), firsts()]));
            }),
        );
        for (const part of sentence) assert.ok(river.includes(part), `${part} of the sentence is one of ${river}`);
      }
    }));
}
