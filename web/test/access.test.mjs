// Accessibility, in Chromium: axe on every state of the page in every colour scheme, names, focus, forced colours, print.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { oneFile, test, withPage } from "./harness.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SMALL = "data=digits&depth=8&width=4&eval_every=5";

const LOOKS = [
  { colorScheme: "light", forcedColors: "none" },
  { colorScheme: "dark", forcedColors: "none" },
  { colorScheme: "dark", forcedColors: "active" },
];

/** All that can change with the look. */
const RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"];

/** A lesson that asks to draw, as an address that holds it. */
const DRAWN = encodeURIComponent(
  `data:application/json,${encodeURIComponent(
    JSON.stringify({
      lesson: 1,
      id: "drawn",
      title: "Drawn",
      about: "how steep?",
      run: { data: "digits", depth: "8", width: "4", compare: "1", skip_b: "off", eval_every: "1" },
      steps: [
        {
          ask: "How steep?",
          until: 1,
          seconds: 1,
          draw: { of: "grad_in_l2", lane: "b", relative: true, decades: 8 },
          values: { loss: { of: "loss" } },
          outcomes: [{ id: "any", when: [], text: "{loss}" }],
        },
      ],
    }),
  )}`,
);

/** What axe finds in each look, as lines. */
async function violations(lab) {
  const lines = [];
  await lab.page.evaluate(AXE);
  for (const look of LOOKS) {
    await lab.page.emulateMedia(look);
    const found = await lab.page.evaluate((rules) => {
      const runOnly = rules && { type: "rule", values: rules };
      return window.axe.run(document, { resultTypes: ["violations"], ...(runOnly && { runOnly }) });
    }, look === LOOKS[0] ? null : RULES_OF_COLOUR);
    for (const { id, nodes } of found.violations) {
      lines.push(`${look.colorScheme}, forced colours ${look.forcedColors}: ${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 5).join(", ")}`);
    }
  }
  await lab.page.emulateMedia(LOOKS[0]);
  return lines;
}

/** In the page: names that two controls share, and controls without one. */
function sharedNames() {
  const controls = [...document.querySelectorAll("button, [role=slider], input, select, a")];
  const name = (element) =>
    element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent.trim();
  const names = controls.filter((control) => control.checkVisibility({ visibilityProperty: true })).map(name);
  return [...new Set(names.filter((one, index) => !one || names.indexOf(one) < index))];
}

const STATES = [
  ["before the start", `${SMALL}&compare=0`, (lab) => lab.reaches("ready")],
  ["paused", `${SMALL}&compare=0`, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce(2);
  }],
  ["running", "data=digits&compare=0&steps=1000000&play=1", (lab) => lab.reachesStep(10)],
  ["comparing", `${SMALL}&compare=1&skip_b=off&steps=6&play=1`, (lab) => lab.reaches("done")],
  ["with its settings open and one of them wrong", `${SMALL}&compare=0`, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#more");
    await lab.fill("#set-lr", "fast");
    await lab.press("Tab");
    await lab.appears("#set-lr[aria-invalid]");
  }],
  ["looking back", `${SMALL}&compare=0&steps=6&play=1`, async (lab) => {
    await lab.reaches("done");
    await lab.press("Home", ".scrub");
    await lab.appears("#lab[data-viewed-step]");
  }],
  ["with several recordings and their list", ["zero-gamma", "first", "resnet18-start"].map((name) => `run=assets/recordings/${name}.headwater.jsonl.gz`).join("&"), async (lab) => {
    await lab.appears("#open-runs tbody tr:nth-child(4)");
    await lab.click("#open-runs summary");
    await lab.click(".tables summary");
  }],
  ["failed, with notices", "data=digits&depth=20&width=4&compare=0&init=he&lr=10&norm=layer&image_size=wide&play=1", (lab) => lab.reaches("failed")],
  ["with the panel that saves, of two runs", `${SMALL}&compare=1&skip_b=off&steps=2&play=1`, async (lab) => {
    await lab.reaches("done");
    await lab.click("#save");
    await lab.appears("#save-weights-b:not([disabled])");
  }],
  ["in an experiment that asks", `${SMALL}&lesson=one-open`, async (lab) => {
    await lab.reaches("ready");
    await lab.appears("[data-prediction]");
  }],
  ["in an experiment that has told", `${SMALL}&lesson=one-open`, async (lab) => {
    await lab.reaches("ready");
    await lab.click("[data-prediction]");
    await lab.click("#lesson-see");
    await lab.appears("#lesson-verdict");
  }],
  ["with the list of lessons", SMALL, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#lessons");
    await lab.appears("#lesson-list[open] .folklore");
  }],
  ["in a lesson that asks to draw", `${SMALL}&lesson=${DRAWN}`, async (lab) => {
    await lab.appears('#lab[data-lesson="drawn"][data-state="ready"] .sketch-block');
  }],
  ["with the worksheet of a lesson that was drawn", `${SMALL}&lesson=${DRAWN}`, async (lab) => {
    await lab.appears('#lab[data-lesson="drawn"][data-state="ready"]');
    await lab.click('[data-prediction="draw"]');
    await lab.click("#lesson-see");
    await lab.click("#lesson-worksheet");
    await lab.appears("#worksheet[open] .sheet svg");
  }],
  ["with a proof of its gradients", `${SMALL}&compare=1&skip_b=off&steps=2&play=1`, async (lab) => {
    await lab.reaches("done");
    await lab.click("#prove");
    await lab.appears("#proof-result[data-worst]");
  }],
  ["in slow motion", `${SMALL}&compare=1&skip_b=off`, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#slow");
    for (const name of ["forward:stem", "forward:layer1.0"]) {
      await lab.click("#step-once");
      await lab.appears(`#lab[data-phase="${name}"]`);
    }
  }],
  ["embedded", `embed=1&${SMALL}&compare=0&steps=6&play=1`, (lab) => lab.reaches("done")],
  ["embedded and comparing", `embed=1&${SMALL}&compare=1&skip_b=off&steps=6&play=1`, (lab) => lab.reaches("done")],
];

for (const [state, query, get] of STATES) {
  test(`axe finds nothing on a page ${state}, and no two controls have one name`, () =>
    withPage({ query }, async (lab) => {
      await get(lab);
      assert.deepEqual({ axe: await violations(lab), shared: await lab.evaluate(sharedNames) }, { axe: [], shared: [] });
    }));
}

test("axe finds nothing on a page that only opens recordings, and no two controls have one name", () =>
  withPage({ file: oneFile("headwater-viewer.html") }, async (lab) => {
    await lab.reaches("ready");
    assert.deepEqual({ axe: await violations(lab), shared: await lab.evaluate(sharedNames) }, { axe: [], shared: [] });
  }));

for (const query of [`embed=1&${SMALL}`, `${SMALL}&compare=1`]) {
  test(`every tab stop of ?${query} is to be seen`, () =>
    withPage({ query, viewport: { width: 525, height: 600 } }, async (lab) => {
      await lab.reaches("ready");
      await lab.stepOnce();
      await lab.evaluate(() => document.activeElement.blur());
      const unseen = [];
      for (let stop = 0; stop < 60; stop += 1) {
        await lab.press("Tab");
        const seen = await lab.evaluate(() => {
          const { activeElement: at, body } = document;
          if (at === body) return null;
          const { width, height } = at.getBoundingClientRect();
          const isHidden = at.closest(".visually-hidden") !== null || width < 8 || height < 8;
          return { name: at.id || at.className || at.tagName, isHidden };
        });
        if (!seen) break;
        if (seen.isHidden) unseen.push(seen.name);
      }
      assert.deepEqual(unseen, []);
    }));
}

const focused = (lab) => lab.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName);

test("the focus stays when what had it goes", () =>
  withPage({ query: "data=digits&depth=9&width=0&compare=0&steps=3&play=1&batch=2" }, async (lab) => {
    await lab.reaches("done");
    for (let left = await lab.count("#notice .close"); left > 0; left -= 1) {
      await lab.press("Enter", "#notice .close");
      await lab.waitFor("closes a notice", (left) => document.querySelectorAll("#notice .close").length < left, [left]);
      assert.match(await focused(lab), left > 1 ? /close/ : /play/);
    }
    await lab.press("Home", ".scrub");
    await lab.appears("#lab[data-viewed-step]");
    await lab.press("Enter", ".history-card .small");
    await lab.disappears("#lab[data-viewed-step]");
    assert.equal(await focused(lab), "history-slider");
  }));

// With a rate of 0 the gradient changes from batch to batch for ever: a network that had learnt would say the same again.
test("a control in focus changes its words at most once a second while it trains", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=0&steps=1000000&lr=0&play=1" }, async (lab) => {
    await lab.reachesStep(5);
    for (const selector of [".scrub", '[data-block="layer2.0"] .box-button']) {
      await lab.focus(selector);
      const rests = await lab.evaluate(
        (selector) =>
          new Promise((done) => {
            const changes = [];
            const observer = new MutationObserver(() => changes.push(performance.now()));
            observer.observe(document.querySelector(selector), { attributes: true, attributeFilter: ["aria-label", "aria-valuetext", "aria-valuenow"] });
            const look = () => (changes.length < 4 ? setTimeout(look, 20) : done(changes.slice(1).map((at, index) => at - changes[index])));
            look();
          }),
        selector,
      );
      // Less than a second by no more than a frame's work.
      assert.ok(Math.min(...rests) > 900, `${selector} changes after ${rests} ms`);
    }
  }));

test("the sentence about a value stands at its field", () =>
  withPage({ query: `${SMALL}&depth=9&compare=0`, viewport: { width: 390, height: 844 } }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#more");
    // depth has no field of its own.
    await lab.appears("#notice .notice");
    await lab.fill("#set-lr", "fast");
    await lab.press("Tab");
    await lab.appears("#set-lr[aria-invalid=true]");
    const described = await lab.attribute("#set-lr", "aria-describedby");
    assert.match(await lab.text(`#${described}`), /"fast" is not accepted/);
    const [field, sentence] = [await lab.box("#set-lr"), await lab.box(`#${described}`)];
    assert.ok(sentence.top - (field.top + field.height) < 12 && sentence.height > 10, JSON.stringify({ field, sentence }));
    assert.match(await lab.notice(), /"fast"/, "and is heard");
    await lab.fill("#set-lr", "0.01");
    await lab.press("Tab");
    await lab.disappears("#set-lr[aria-invalid]");
  }));

test("what is being typed is not written over by a run that goes on", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=0&steps=1000000&play=1" }, async (lab) => {
    await lab.reachesStep(5);
    await lab.click("#more");
    await lab.fill("#set-lr", "0.0");
    await lab.reachesStep(Number(await lab.says("step")) + 100);
    assert.equal(await lab.evaluate(() => document.querySelector("#set-lr").value), "0.0");
  }));

test("in forced colours a pressed Compare is not like the button beside it, and the colour bar has colours", () =>
  withPage({ query: `${SMALL}&compare=1&steps=3&play=1`, context: { forcedColors: "active" } }, async (lab) => {
    await lab.reaches("done");
    const look = (selector) =>
      lab.evaluate((selector) => {
        const { backgroundColor, backgroundImage, borderColor } = getComputedStyle(document.querySelector(selector));
        return { backgroundColor, backgroundImage, borderColor };
      }, selector);
    assert.notDeepEqual(await look("#compare"), await look("#more"));
    assert.match((await look(".colour-bar")).backgroundImage, /gradient/);
  }));

test("on paper the page is light and whole, without the bar", () =>
  withPage({ query: `${SMALL}&compare=1&skip_b=off&steps=3&play=1&theme=dark` }, async (lab) => {
    await lab.reaches("done");
    await lab.page.emulateMedia({ media: "print" });
    // As wide as an A4 sheet within its margins.
    await lab.resize(718, 1000);
    const seen = await lab.evaluate(() => {
      const { colorScheme } = getComputedStyle(document.documentElement);
      const out = [...document.querySelectorAll(".plot > svg, .plot > canvas, .card")].filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        return left < 0 || right > innerWidth;
      });
      const bar = getComputedStyle(document.querySelector(".bar")).display;
      return { colorScheme, bar, out: out.length, box: document.querySelector("#river-chart").getAttribute("viewBox") !== null };
    });
    assert.deepEqual(seen, { colorScheme: "light", bar: "none", out: 0, box: true });
  }));
