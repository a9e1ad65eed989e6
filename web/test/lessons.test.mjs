// Lessons, in Chromium: each one's first step, by touch, in frames, and what stands still meanwhile.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test, withPage } from "./harness.mjs";

const OWN = "depth=8&width=4&data=digits&compare=0";
const PHONE = { viewport: { width: 390, height: 844 }, context: { hasTouch: true, isMobile: true } };

test("an experiment is taken by touch on a phone", () =>
  withPage({ query: OWN, ...PHONE }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    await page.tap('[data-lesson-id="one-open"]');
    await page.tap('[data-prediction="upstream"]');
    await page.tap("#lesson-see");
    await page.waitForSelector('#lesson-verdict[data-outcome="upstream"]');
    assert.match(await page.textContent("#lesson-verdict"), /As you said/);
    await page.tap("#lesson-next");
    await page.waitForSelector("#lab:not([data-lesson])");
    assert.match(await page.textContent("#settings-line"), /ResNet-8/);
  }));

test("each experiment of the strip begins, asks, and says how long it takes", () =>
  withPage({ query: OWN }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    const ids = await page.locator(".try-this [data-lesson-id]").evaluateAll((all) => all.map((one) => one.dataset.lessonId));
    assert.equal(ids.length, 5);
    for (const id of ids) {
      await page.click(`[data-lesson-id="${id}"]`);
      await page.waitForSelector(`#lab[data-lesson="${id}"][data-state="ready"]`);
      assert.match(await page.textContent(".lesson-text"), /Takes about/);
      await page.click("#lesson-leave");
      await page.waitForSelector("#lab:not([data-lesson])");
    }
  }));

test("the charts stand still while an experiment runs and when it tells what came of it", () =>
  withPage({ query: "lesson=batch-norm" }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    const places = () =>
      page.evaluate(() => [...document.querySelectorAll(".plot")].map((plot) => JSON.stringify(plot.getBoundingClientRect())));
    const before = await places();
    await page.click("[data-prediction]");
    await page.click("#lesson-see");
    await page.waitForSelector("#lesson-verdict");
    assert.deepEqual(await places(), before);
  }));

const FOLDER = new URL("../../assets/lessons/", import.meta.url);
const LESSONS = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => JSON.parse(readFileSync(new URL(`${name}/lesson.json`, FOLDER), "utf8")));

/** A first step that takes longer is only asked. */
const MOST_SECONDS = 15;

// The tests of the program play every step of each.
for (const { id, steps } of LESSONS) {
  test(`the lesson ${id} is in the list, asks, and tells what came of its first step`, () =>
    withPage({ query: OWN }, async (lab) => {
      const { page } = lab;
      await lab.reaches("ready");
      await page.click("#lessons");
      await page.click(`#lesson-list [data-lesson-id="${id}"]`);
      await page.waitForSelector(`#lab[data-lesson="${id}"][data-state="ready"]`);
      const [{ options, draw, seconds }] = steps;
      if (options) await page.click("input[data-prediction]");
      if (draw) await page.click('[data-prediction="draw"]');
      await page.waitForSelector("#lesson-see:not([disabled])");
      if (seconds > MOST_SECONDS) return;
      await page.click("#lesson-see");
      await page.waitForSelector("#lesson-verdict", { timeout: 120_000 });
      if (draw) assert.match(await page.textContent("#lesson-gap"), /block \d+ you drew/);
      await page.click("#lesson-leave");
      await page.waitForSelector("#lab:not([data-lesson])");
    }));
}

const DRAWN = {
  lesson: 1,
  id: "drawn",
  title: "Drawn",
  about: "how steep?",
  run: { data: "digits", width: "4", compare: "1", skip_b: "off", eval_every: "1" },
  steps: [
    {
      ask: "The skips of ▲ are closed. How much of what the last block passes on does each block before it still pass on?",
      text: "One pass, before anything is learnt.",
      until: 1,
      seconds: 1,
      draw: { of: "grad_in_l2", lane: "b", relative: true, decades: 8 },
      outcomes: [{ id: "any", when: [], text: "So it is." }],
    },
  ],
};
const files = [["**/drawn.json", (route) => route.fulfill({ contentType: "application/json", body: JSON.stringify(DRAWN) })]];

test("a prediction is drawn with a finger on a phone", () =>
  withPage({ query: "lesson=drawn.json", files, ...PHONE }, async (lab) => {
    const { page } = lab;
    await page.waitForSelector('#lab[data-lesson="drawn"][data-state="ready"]');
    await page.locator(".sketch-pad").scrollIntoViewIfNeeded();
    const { x, y, width, height } = await page.locator(".sketch-pad").boundingBox();
    assert.ok(x >= 0 && x + width <= 390 && y >= 0 && y + height <= 844);
    await page.touchscreen.tap(x + 0.25 * width, y + 0.5 * height);
    await page.tap("#lesson-see");
    await page.waitForSelector("#lesson-gap");
    assert.equal(await page.locator(".sketch-pad .gap").count(), 1);
  }));

test("a worksheet is saved as one small file that stands alone", () =>
  withPage({ query: "lesson=drawn.json", files }, async (lab) => {
    const { page } = lab;
    await page.waitForSelector('#lab[data-lesson="drawn"][data-state="ready"]');
    await page.click('[data-prediction="draw"]');
    await page.click("#lesson-see");
    await page.click("#lesson-worksheet");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#worksheet-save")]);
    assert.match(download.suggestedFilename(), /^drawn-worksheet\.html$/);
    const text = readFileSync(await download.path(), "utf8");
    assert.match(text, /<!doctype html>[^]*class="gap"[^]*powers of ten apart[^]*lesson=drawn\.json/);
    assert.ok(text.length < 60_000 && !/<script|src=|https?:\/\/(?!127|www\.w3)/.test(text), text.slice(0, 400));
    const printed = await page.evaluate(
      () =>
        new Promise((resolve) => {
          window.print = () => resolve(document.querySelector("#worksheet").open);
          document.querySelector("#worksheet-print").click();
        }),
    );
    assert.ok(printed, "the sheet is open while it is printed");
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("#worksheet .sheet h1").isVisible());
    assert.ok(!(await page.locator(".window").isVisible()) && !(await page.locator("#worksheet-save").isVisible()));
  }));

for (const [width, height] of [[525, 450], [560, 315], [390, 844]]) {
  for (const lesson of ["batch-norm", "drawn.json"]) {
    test(`in a frame of ${width}×${height} the lesson ${lesson} is taken without scroll bars inside`, () =>
      withPage({ query: `embed=1&lesson=${lesson}`, files, viewport: { width, height } }, async (lab) => {
        const { page } = lab;
        await page.waitForSelector('#lab[data-lesson][data-state="ready"]');
        const fits = async (stage, selectors) => {
          const bad = await page.evaluate((selectors) => {
            const inner = [...document.querySelectorAll("#lab *")].filter((one) => {
              const { overflowX, overflowY } = getComputedStyle(one);
              const scrolls = [overflowX, overflowY].some((own) => own === "auto" || own === "scroll");
              return scrolls && (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1);
            });
            const out = selectors.filter((selector) => {
              const box = document.querySelector(selector)?.getBoundingClientRect();
              return !box || box.height === 0 || box.top < 0 || box.bottom > innerHeight + 1 || box.right > innerWidth + 1;
            });
            return [...inner.map((one) => one.className), ...out];
          }, selectors);
          assert.deepEqual(bad, [], stage);
        };
        await fits("asks", [".question", "[data-prediction]", "#lesson-see"]);
        await page.click("[data-prediction]");
        await page.click("#lesson-see");
        await page.waitForSelector("#lesson-verdict");
        await fits("told", [".question", "#lesson-verdict", "#lesson-next", lesson === "drawn.json" ? ".sketch-pad" : ".river-card"]);
        await lab.screenshot(`lesson-${lesson.replace(".json", "")}-${width}x${height}`);
      }));
  }
}

test("hide=lessons leaves a page without their list and a lesson without a way out", () =>
  withPage({ query: `${OWN}&hide=lessons` }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    assert.equal(await page.locator("#lessons, .try-this").count(), 0);
    await page.keyboard.press("l");
    await lab.open("", "embed=1&hide=lessons&lesson=close-now");
    await page.waitForSelector('#lab[data-lesson="close-now"][data-state="ready"]');
    assert.equal(await page.locator("#lesson-leave").count(), 0);
    assert.equal(await page.locator("#lesson-see").count(), 1);
  }));

/** What another site answers: what it allows, or what a browser makes of a refusal. */
const elsewhere = (answer) => (page) => page.route("https://other.test/**", answer);

test("a lesson of another site is taken where that allows it, and refused in one sentence where not", async () => {
  const query = "lesson=https://other.test/drawn.json";
  const asked = "request to a third party: https://other.test/drawn.json";
  const headers = { "access-control-allow-origin": "*" };
  const allowed = elsewhere((route) => route.fulfill({ contentType: "application/json", headers, body: JSON.stringify(DRAWN) }));
  await withPage({ query, prepare: allowed, expected: [asked] }, async ({ page }) => {
    await page.waitForSelector('#lab[data-lesson="drawn"]');
    await page.waitForFunction(() => location.search.includes("lesson=https://other.test/drawn.json"));
  });
  const refused = elsewhere((route) => route.abort());
  await withPage({ query, prepare: refused, expected: [asked, /other\.test/, /ERR_FAILED/] }, async (lab) => {
    await lab.page.waitForFunction(() => /could not be fetched.*Access-Control/.test(document.querySelector("#notice").textContent));
    await lab.reaches("ready");
    assert.equal(await lab.page.locator("#lab[data-lesson]").count(), 0);
  });
});

test("a run that is paused on its way tells nothing before it is evaluated", () => {
  const lesson = {
    ...DRAWN,
    run: { data: "digits", depth: "32", width: "16", compare: "0", eval_every: "2" },
    steps: [
      {
        ask: "How good is it after two steps?",
        until: 2,
        seconds: 1,
        values: { right: { of: "accuracy" } },
        outcomes: [{ id: "known", when: [{ value: "right", from: 0 }], text: "{right}" }],
      },
    ],
  };
  const files = [["**/slow.json", (route) => route.fulfill({ contentType: "application/json", body: JSON.stringify(lesson) })]];
  return withPage({ query: "lesson=slow.json", files }, async ({ page }) => {
    await page.waitForSelector('#lab[data-lesson="drawn"][data-state="ready"]');
    await page.click("#lesson-see");
    await page.waitForSelector('#lab[data-state="running"], #lesson-verdict');
    // Wherever that is, within a step, within the evaluation or too late: then the button does nothing.
    const press = () => page.evaluate(() => document.querySelector("#play").click());
    await press();
    await page.waitForSelector('#lab[data-state="paused"], #lesson-verdict');
    if ((await page.locator("#lesson-verdict").count()) === 0) await press();
    await page.waitForSelector('#lesson-verdict[data-outcome="known"]');
  });
});
