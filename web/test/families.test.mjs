// Networks of every family, and every setting of theirs: each trains in the page, and the page says what it is.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

/** Parameters, blocks, and words that the page must state. */
const NETWORKS = [
  ["model=mlp16&data=digits", 16, "16-block perceptron width 64"],
  ["model=mlp8&data=digits&branch_layers=1&order=pre&activation=tanh&labels=random", 8, "random labels"],
  ["model=resnet18&data=digits&image_size=32&batch=4&norm=bn&init=he", 8, "ResNet-18 · 3×32×32"],
  ["model=vgg16_bn&data=digits&image_size=32&width=8&batch=4&init=he&lr=0.01", 13, "VGG-16 width 8 · 3×32×32"],
  ["model=resnet8&data=digits&width=4&order=pre&merge=concat&norm=bn", 3, "pre-activation · concatenation"],
  ["model=resnet14&data=digits&width=4&stochastic_depth=0.5&init=scaled", 6, "stochastic depth 0.5"],
];

for (const [query, blocks, words] of NETWORKS) {
  test(`${query} trains two steps`, () =>
    withPage({ query: `${query}&steps=2&play=1&compare=0` }, async (lab) => {
      await lab.reaches("done");
      assert.equal(await lab.says("step"), "2");
      assert.equal(await lab.notice(), "", "every setting was taken");
      const gradients = await lab.page.$$eval('#profile-table [data-quantity="grad_in_l2"]', (cells) =>
        cells.map((cell) => Number(cell.dataset.value)),
      );
      assert.equal(gradients.length, blocks);
      assert.ok(gradients.every((norm) => norm > 0), `gradients ${gradients}`);
      const line = await lab.page.textContent("#settings-line");
      assert.ok(line.includes(words), `the settings line says "${words}": ${line}`);
      assert.match(await lab.page.textContent('[data-fact="update_ratio"]'), /\d/);
      const plain = query.startsWith("model=vgg");
      assert.match(await lab.page.textContent('[data-fact="share"]'), plain ? /–/ : /\d %/);
    }));
}

test("a plain network has no switches, says so, and compares with itself", () =>
  withPage({ query: "model=vgg16_bn&data=digits&image_size=32&width=4&batch=4&init=he&lr=0.01&compare=1&steps=2&play=1" }, async (lab) => {
    await lab.reaches("done");
    assert.equal(await lab.page.locator("[data-block] [role=switch]").count(), 0);
    for (const all of ["#skip-all", "#skip-all-b"]) {
      assert.ok(await lab.page.isDisabled(all));
      assert.match(await lab.page.getAttribute(all, "title"), /no skip connections/);
    }
    assert.match(await lab.page.textContent(".inspector-card"), /no skip connections/);
    const losses = [await lab.value("#loss"), await lab.value("#loss-b")];
    assert.equal(losses[0], losses[1]);
    assert.equal(await lab.notice(), "");
  }));

test("settings that do not go together are mended with a sentence", () =>
  withPage({ query: "model=vgg16&data=digits&image_size=16&width=4&batch=4&order=pre&skip=off&lr=0.01&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    const notice = await lab.notice();
    for (const words of ['order "pre"', 'image_size "16"', 'skip "off"']) {
      assert.ok(notice.includes(words), `the notice names ${words}: ${notice}`);
    }
    await lab.page.click("#step-once");
    await lab.reachesStep(1);
  }));

test("the form offers what goes with the network, and a new run takes it", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=0" }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    await page.click("#more");
    assert.equal(await page.locator("#set-merge").count(), 1);
    await page.selectOption("#set-model", "vgg16_bn");
    for (const setting of ["merge", "order", "stochastic_depth", "norm"]) {
      await page.waitForSelector(`#set-${setting}[disabled]`);
    }
    assert.equal(await page.inputValue("#set-image_size"), "0", "the smallest that such a network takes, by itself");
    await page.selectOption("#set-model", "mlp16");
    await page.selectOption("#set-order", "pre");
    await page.selectOption("#set-branch_layers", "1");
    await page.click("#new-run");
    await page.waitForFunction(() => new URL(location.href).searchParams.get("model") === "mlp16");
    await lab.reaches("ready");
    assert.equal(new URL(page.url()).searchParams.get("order"), "pre");
    assert.equal(await lab.notice(), "");
    await page.click("#step-once");
    await lab.reachesStep(1);
  }));
