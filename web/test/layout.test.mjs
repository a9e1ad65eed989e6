// The layout, in Chromium: nothing sticks out at any width, nothing in focus is hidden, and no chart changes its size while
// something happens that is not the window's size.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

const ODD_WIDTHS = [320, 351, 390, 519, 521, 639, 641, 699, 740, 768, 899, 901, 999, 1280, 1366, 1440];
const WIDTHS = [...Array.from({ length: 14 }, (_, index) => 300 + 100 * index), ...ODD_WIDTHS].sort((a, b) => a - b);

/** In the page: what sticks out sideways, but for what scrolls on its own or is there for the ear alone. */
function sticksOut() {
  // A formula without room stands below its line, unseen.
  const isApart = (element) => element.closest(".table-scroll, .visually-hidden, .settings, .formula-room, svg");
  const out = [...document.querySelectorAll("#lab *")].filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 0 && (left < -0.5 || right > innerWidth + 0.5) && !isApart(element);
  });
  const names = out.map((element) => element.id || element.className || element.tagName);
  const { scrollWidth } = document.documentElement;
  return scrollWidth > innerWidth ? [`the page is ${scrollWidth} wide`, ...names] : names;
}

/** Two frames; a browser without a screen may owe one after a change of its size, and what is read next does not need it. */
const frames = (lab) =>
  lab.evaluate(
    () =>
      new Promise((done) => {
        requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
        setTimeout(() => done(false), 2000);
      }),
  );

async function assertFits(lab, height, when) {
  const wrong = [];
  for (const width of WIDTHS) {
    await lab.resize(width, height);
    await frames(lab);
    const out = await lab.evaluate(sticksOut);
    if (out.length > 0) wrong.push(`${width} px ${when}: ${[...new Set(out)].join(", ")}`);
  }
  assert.deepEqual(wrong, []);
}

for (const compare of [0, 1]) {
  test(`no width from 300 to 1600 px overflows with compare=${compare}, before and while it trains`, () =>
    withPage({ query: `data=digits&compare=${compare}&skip_b=off&steps=1000000` }, async (lab) => {
      await lab.reaches("ready");
      await assertFits(lab, 800, "ready");
      await lab.click("#play");
      await lab.reachesStep(60);
      await assertFits(lab, 800, "training");
    }));

  test(`an embed with compare=${compare} fits its frame at any width and from 170 px of height`, () =>
    withPage({ query: `embed=1&data=digits&compare=${compare}&steps=1000000&play=1` }, async (lab) => {
      await lab.reachesStep(20);
      const wrong = [];
      for (const [width, height] of [[300, 170], [351, 211], [320, 240], [560, 315], [525, 450], [320, 568], [750, 450]]) {
        await lab.resize(width, height);
        await frames(lab);
        const seen = await lab.evaluate(() => {
          const { scrollWidth, scrollHeight } = document.documentElement;
          const wanted = [...document.querySelectorAll(".question, .river, #play, .all-skips, .progress")];
          const hidden = wanted.filter((element) => {
            const { top, bottom, right, height } = element.getBoundingClientRect();
            return height < 1 || top < 0 || bottom > innerHeight + 0.5 || right > innerWidth + 0.5;
          });
          const river = document.querySelector(".river").getBoundingClientRect().height;
          return { scrollWidth, scrollHeight, river, hidden: hidden.map((element) => element.id || element.className) };
        });
        if (seen.scrollWidth > width || seen.scrollHeight > height || seen.hidden.length > 0 || seen.river < 40) {
          wrong.push(`${width}×${height}: ${JSON.stringify(seen)}`);
        }
      }
      assert.deepEqual(wrong, []);
    }));
}

/** In the page: from now on every other size of a chart is noted. */
function watchSizes() {
  window.sizes = {};
  const observer = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const size = `${Math.round(contentRect.width)}×${Math.round(contentRect.height)}`;
      (window.sizes[target.className] ??= new Set()).add(size);
    }
  });
  document.querySelectorAll(".plot").forEach((plot) => observer.observe(plot));
}

const changed = (lab) =>
  lab.evaluate(() => Object.entries(window.sizes).filter(([, seen]) => seen.size > 1).map(([name, seen]) => `${name}: ${[...seen]}`));

for (const [width, height] of [[1280, 800], [900, 700], [390, 844]]) {
  for (const compare of [0, 1]) {
    test(`no chart changes its size at ${width}×${height} with compare=${compare}`, () => {
      // Without norm at this rate the loss passes through numbers of every length.
      const query = `data=digits&depth=8&width=4&compare=${compare}&eval_every=10&steps=400`;
      return withPage({ query, viewport: { width, height } }, async (lab) => {
        await lab.reaches("ready");
        await frames(lab);
        await lab.evaluate(watchSizes);
        await lab.click("#step-once");
        await lab.reachesStep(1);
        await lab.click("#play");
        await lab.reachesStep(200);
        assert.deepEqual(await changed(lab), [], "while it trains");
        const { left, top, width: w, height: h } = await lab.box(".history canvas");
        await lab.evaluate(() => document.querySelector(".scrub").scrollIntoView({ block: "center" }));
        const place = await lab.box(".history canvas");
        await lab.move(place.left + 0.6 * w, place.top + h / 2);
        await lab.down();
        await lab.appears("#lab[data-viewed-step]");
        const during = await lab.box(".history canvas");
        await lab.move(place.left + 0.3 * w, place.top + h / 2);
        await lab.up();
        for (const side of ["left", "top", "width", "height"]) {
          assert.ok(Math.abs(during[side] - place[side]) < 1, `the chart stays where it is (${left}, ${top}): ${side}`);
        }
        assert.deepEqual(await changed(lab), [], "while the pointer drags");
        await lab.click("#more");
        await lab.fill("#set-lr", "fast");
        await lab.press("Tab");
        await lab.waitFor("says what is wrong", () => document.querySelector("#lab").textContent.includes('"fast"'));
        await frames(lab);
        await lab.fill("#set-lr", "0.01");
        await lab.press("Tab");
        await frames(lab);
        assert.deepEqual(await changed(lab), [], "when a sentence comes and goes");
      });
    });
  }
}

for (const [width, height, compare] of [[525, 450, 0], [525, 450, 1], [351, 320, 1]]) {
  test(`no chart of an embed changes its size at ${width}×${height} with compare=${compare}`, () =>
    withPage({ query: `embed=1&data=digits&depth=8&width=4&compare=${compare}&steps=400`, viewport: { width, height } }, async (lab) => {
      await lab.reaches("ready");
      await frames(lab);
      await lab.evaluate(watchSizes);
      await lab.click("#step-once");
      await lab.reachesStep(1);
      await lab.click("#play");
      await lab.reaches("done");
      assert.deepEqual(await changed(lab), []);
    }));
}

test("a notice moves no chart out of its size", () =>
  withPage({ query: "data=digits&depth=9&width=0&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    await frames(lab);
    await lab.evaluate(watchSizes);
    while ((await lab.count("#notice .close")) > 0) {
      const before = await lab.count("#notice .close");
      await lab.click("#notice .close");
      await lab.waitFor("closes it", (before) => document.querySelectorAll("#notice .close").length < before, [before]);
    }
    await frames(lab);
    assert.deepEqual(await changed(lab), []);
  }));

for (const [width, height] of [[1280, 800], [1100, 700], [900, 700]]) {
  test(`long sentences move nothing at ${width}×${height}`, () =>
    withPage({ query: "data=digits&compare=1&skip_b=off", viewport: { width, height } }, async (lab) => {
      await lab.reaches("ready");
      await lab.stepOnce();
      const before = await lab.box(".river-card");
      const says = (selector, words) =>
        lab.evaluate((selector, words) => (document.querySelector(selector).textContent = words), selector, words);
      // As long as these get: two runs that stand alike, both guessing.
      await says(
        "#reading",
        "Measured at step 1,351 · ● Skips closed since step 1,320: block 1 passes on 3.6·10⁻⁷× what block 9 does, and the loss is back at " +
          "ln 10: it guesses. ▲ Skips closed: 2.8·10⁻⁸× what its block 9 does, and the loss stays at ln 10: it still guesses.",
      );
      await says(
        "#surprise",
        "● Skips open: the gradient explodes at the start, 3.08× a block, so that block 1 passes on 8,100× what block 9 does: batch " +
          "norm rescales the signal forwards, and that makes what comes back larger; the first steps undo most of it.",
      );
      await frames(lab);
      assert.equal((await lab.box(".river-card")).top, before.top);
      const cut = await lab.evaluate(() => {
        const { scrollHeight, clientHeight } = document.querySelector("#surprise");
        return scrollHeight > clientHeight + 1;
      });
      assert.equal(cut, false, "all of it is seen");
    }));
}

for (const [width, height] of [[525, 450], [900, 420], [390, 480]]) {
  test(`there is something to press at ${width}×${height}`, () =>
    withPage({ query: "", viewport: { width, height } }, async (lab) => {
      await lab.appears('#lab[data-source="recording"][data-state="ready"]');
      const { top, height: own } = await lab.box("#play");
      assert.ok(top >= 0 && top + own <= height, `the button stands from ${top} to ${top + own}`);
    }));
}

test("what a skip connection is stays beside what surprises, and no chart moves for either", () =>
  withPage({ query: "data=digits&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    const explained = await lab.text(".explained");
    const { top } = await lab.box(".river-card");
    for (const words of ["", "The loss jumped from 0.0702 (smoothed) to 2.42 at step 1,320."]) {
      await lab.evaluate((words) => (document.querySelector("#surprise").textContent = words), words);
      assert.equal((await lab.box(".river-card")).top, top);
      assert.equal(await lab.text(".explained"), explained);
    }
    assert.match(explained, /^A skip connection adds/);
  }));

test("of 27 blocks on a phone every switch can be reached", () =>
  withPage({ query: "depth=56&width=2", viewport: { width: 390, height: 844 } }, async (lab) => {
    await lab.reaches("ready");
    for (const [block, lane] of [["layer1.0", "a"], ["layer1.4", "b"], ["layer2.3", "a"], ["layer3.8", "b"]]) {
      const item = `[data-block="${block}"][data-lane="${lane}"]`;
      /** A tap in the middle of an element, whatever lies there. */
      const tap = (selector) =>
        lab.evaluate((selector) => {
          const element = document.querySelector(selector);
          element.scrollIntoView({ block: "center" });
          const { left, top, width, height } = element.getBoundingClientRect();
          document.elementFromPoint(left + width / 2, top + height / 2).click();
        }, selector);
      await tap(`${item} .box-button`);
      await lab.appears(`${item} .box-button[aria-pressed="true"]`);
      await lab.appears(`${item} .switch:not(.dot-switch)`);
      const before = await lab.attribute(`${item} .switch`, "aria-checked");
      await tap(`${item} .switch`);
      await lab.appears(`${item} .switch[aria-checked="${before !== "true"}"]`);
    }
  }));

/** In the page, in turn for everything that can have the focus: what of it is covered by the bar or out of the window. */
async function hiddenFocus(within) {
  const all = [...document.querySelectorAll("button, a[href], input, select, summary, [tabindex='0']")].filter((one) => one.closest(within));
  const hidden = [];
  for (const element of all.filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0 && !one.disabled)) {
    element.focus();
    await new Promise((done) => requestAnimationFrame(() => done()));
    const { left, top, width, height } = element.getBoundingClientRect();
    // Of a tall one some part is enough.
    const hits = [0.1, 0.5, 0.9].map((part) => document.elementFromPoint(left + width / 2, top + part * height));
    const hit = hits.find((hit) => hit && !element.contains(hit) && !hit.contains(element));
    // What a word says of itself opens at its focus, and Escape closes it.
    if (hits.some((hit) => hit?.closest(".term-line"))) continue;
    if (!hits.some((hit) => hit && (element.contains(hit) || hit.contains(element)))) {
      hidden.push(`${element.id || element.getAttribute("aria-label") || element.textContent} behind ${hit?.className ?? "the window's edge"}`);
    }
  }
  return hidden;
}

for (const [width, height] of [[1280, 800], [900, 420], [390, 844], [320, 256]]) {
  test(`nothing in focus is hidden at ${width}×${height}, with the settings open too`, () =>
    withPage({ query: "data=digits&compare=1&skip_b=off", viewport: { width, height } }, async (lab) => {
      await lab.reaches("ready");
      await lab.stepOnce();
      assert.deepEqual(await lab.evaluate(hiddenFocus, "#lab"), []);
      if (height >= 500) {
        // The bar is in sight wherever the page stands: to go there moves nothing.
        const moved = await lab.evaluate(() => {
          scrollTo(0, 0);
          document.querySelector("#play").focus();
          return scrollY;
        });
        assert.equal(moved, 0, "the page jumped for a button of the bar");
      }
      await lab.click("#more");
      await lab.appears("#settings");
      // The form lies over what the visitor can uncover by Escape.
      assert.deepEqual(await lab.evaluate(hiddenFocus, ".bar"), []);
      const bar = await lab.evaluate(() => getComputedStyle(document.querySelector(".bar")).position);
      assert.equal(bar, height < 500 ? "relative" : "sticky");
      const { top, bottom } = await lab.evaluate(() => {
        document.querySelector("#settings").scrollIntoView({ block: "nearest" });
        const { top, bottom } = document.querySelector("#settings").getBoundingClientRect();
        return { top, bottom };
      });
      if (height >= 500) assert.ok(top >= 0 && bottom <= height, `the settings stand from ${top} to ${bottom}`);
    }));
}
