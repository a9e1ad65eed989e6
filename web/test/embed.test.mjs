// The page inside an iframe of a course page: no chrome, no scroll bars, messages both ways, its URL left alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { siteUrl, withPage } from "./harness.mjs";

/** Opens a host page of the same origin with one iframe and a log of the messages that come out of it. */
async function host(lab, query, width = 525, height = 450) {
  // The page that stood here would put itself up over the host's elements, if it came later.
  await lab.page.waitForSelector("#lab");
  await lab.page.setContent(
    `<link rel="icon" href="data:,"><body style="margin:0"><iframe id="frame" style="border:0" width="${width}" height="${height}"></iframe></body>`,
  );
  await lab.page.evaluate((source) => {
    window.heard = [];
    window.addEventListener("message", (event) => window.heard.push(event.data));
    document.querySelector("#frame").src = source;
  }, `${siteUrl()}?${query}`);
  const frame = await (await lab.page.waitForSelector("#frame")).contentFrame();
  await frame.waitForSelector('#lab[data-state="ready"]');
  return frame;
}

const heard = (lab, type) =>
  lab.page.waitForFunction((type) => window.heard.find((message) => message.type === type), type).then((h) => h.jsonValue());

const tell = (lab, message) =>
  lab.page.evaluate((message) => document.querySelector("#frame").contentWindow.postMessage(message, "*"), message);

test("an embed obeys and reports by messages, and keeps its URL", () =>
  withPage({ path: "index.html", query: "data=digits&depth=8&width=4&compare=0" }, async (lab) => {
    const frame = await host(lab, "embed=1&data=digits&depth=8&width=4");
    const url = frame.url();
    assert.equal((await heard(lab, "headwater:ready")).v, 1);
    assert.ok((await heard(lab, "headwater:resize")).height > 100);
    await tell(lab, { type: "headwater:play", v: 1 });
    const step = await heard(lab, "headwater:step");
    assert.equal(step.v, 1);
    assert.ok(step.step >= 0 && step.loss > 0, JSON.stringify(step));
    await tell(lab, { type: "headwater:set", v: 1, skip: "off" });
    assert.equal((await heard(lab, "headwater:mark")).v, 1);
    assert.equal(await frame.getAttribute("#skip-all", "aria-checked"), "false");
    await tell(lab, { type: "headwater:set", v: 1, lr: "fast" });
    assert.match((await heard(lab, "headwater:error")).message, /lr "fast" is not accepted/);
    await tell(lab, { type: "headwater:pause", v: 1 });
    await frame.waitForSelector('#lab[data-state="paused"]');
    await tell(lab, { type: "headwater:reset", v: 1 });
    await frame.waitForSelector('#lab[data-state="ready"][data-step="0"]');
    await tell(lab, { type: "something:else" });
    await tell(lab, "not an object");
    assert.equal(frame.url(), url);
    const types = await lab.page.evaluate(() => window.heard.filter((message) => message.type).map((message) => message.type));
    assert.equal(types[0], "headwater:ready", `ready is the first of ${types}`);
    assert.equal(types.filter((type) => type === "headwater:ready").length, 1);
    assert.ok(await lab.page.evaluate(() => window.heard.some(({ subject, height }) => subject === "lti.frameResize" && height > 100)));
  }));

test("an embed says what it does, and each block's gradient", () =>
  withPage({ path: "index.html", query: "data=digits&depth=8&width=4&compare=0" }, async (lab) => {
    await host(lab, "embed=1&data=digits&depth=8&width=4&compare=1&steps=2");
    const ready = await heard(lab, "headwater:ready");
    assert.equal(typeof ready.build, "string");
    assert.deepEqual([ready.settings.lr, ready.settings.skip, ready.settings.skip_b], [0.05, "on", "off"]);
    const states = () =>
      lab.page.evaluate(() => window.heard.filter(({ type }) => type === "headwater:state").map(({ state }) => state));
    await tell(lab, { type: "headwater:step", v: 1 });
    const step = await heard(lab, "headwater:step");
    for (const [letter, strength] of [["a", 1], ["b", 0]]) {
      const lane = step.lanes[letter];
      assert.deepEqual(lane.blocks, ["layer1.0", "layer2.0", "layer3.0"]);
      assert.deepEqual(lane.strengths, [strength, strength, strength]);
      assert.equal(lane.grad_in_l2.length, 3);
      assert.equal(lane.grad_out_l2.length, 3);
      assert.equal(lane.first_over_last, lane.grad_in_l2[0] / lane.grad_in_l2[2]);
    }
    await lab.page.waitForFunction(() => window.heard.some(({ state }) => state === "paused"));
    await tell(lab, { type: "headwater:play", v: 1 });
    await lab.page.waitForFunction(() => window.heard.some(({ state }) => state === "done"));
    assert.deepEqual(await states(), ["ready", "running", "paused", "running", "done"]);
  }));

test("questions are answered, and what is not understood is answered once and changes nothing", () =>
  withPage({ path: "index.html", query: "data=digits&depth=8&width=4&compare=0" }, async (lab) => {
    const frame = await host(lab, "embed=1&data=digits&depth=8&width=4");
    const answer = async (id, what) => {
      await tell(lab, { type: "headwater:get", v: 1, id, what });
      const found = await lab.page.waitForFunction(
        (id) => window.heard.find((message) => message.type === "headwater:answer" && message.id === id),
        id,
      );
      return (await found.jsonValue())[what];
    };
    assert.deepEqual(await answer(1, "state"), { state: "ready", why: null, step: 0 });
    const settings = await answer(2, "settings");
    assert.deepEqual([settings.model, settings.width, settings.embed], ["resnet8", 4, 1]);
    await tell(lab, { type: "headwater:step", v: 1 });
    await frame.waitForSelector('#lab[data-step="1"][data-state="paused"]');
    const record = (await answer(3, "record")).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(record.map(({ type }) => type), ["header", "step"]);
    assert.equal(record[0].spec.width, 4);
    for (const message of [
      { type: "headwater:dance", v: 1 },
      { type: "headwater:play", v: 2 },
      { type: "headwater:set", v: 1, skip: "off", unheard: "of" },
      { type: "headwater:get", v: 1, what: "everything" },
    ]) {
      await tell(lab, message);
    }
    await answer(4, "state");
    const errors = await lab.page.evaluate(() => window.heard.filter(({ type }) => type === "headwater:error"));
    assert.deepEqual(errors.map(({ code }) => code), ["unknown-type", "newer-version", "unknown-setting", "bad-message"]);
    assert.equal(errors[2].key, "unheard");
    assert.equal(await frame.getAttribute("#skip-all", "aria-checked"), "true");
    assert.equal(await frame.getAttribute("#lab", "data-state"), "paused");
    assert.equal((await frame.textContent("#notice")).trim(), "");
  }));

test("a frame that its page hides says that it rests, and goes on when it is shown", () =>
  withPage({ path: "index.html", query: "data=digits&depth=8&width=4" }, async (lab) => {
    await host(lab, "embed=1&data=digits&depth=8&width=4&steps=1000000");
    const last = (state) =>
      lab.page.waitForFunction(
        (state) => window.heard.filter(({ type }) => type === "headwater:state").at(-1)?.state === state,
        state,
      );
    await tell(lab, { type: "headwater:play", v: 1 });
    await last("running");
    await tell(lab, "slide:stop");
    await last("resting");
    await tell(lab, "slide:start");
    await last("running");
    await tell(lab, { type: "headwater:visible", v: 1, visible: false });
    await last("resting");
    await tell(lab, { type: "headwater:visible", v: 1, visible: true });
    await last("running");
  }));

test("a page in a frame is an embed unless its link says otherwise", () =>
  withPage({ path: "index.html", query: "data=digits&depth=8&width=4" }, async (lab) => {
    const frame = await host(lab, "data=digits&depth=8&amp;amp;width=4&future=1");
    assert.equal(await frame.locator("#lab.embed").count(), 1);
    assert.match(await frame.textContent("#settings-line"), /width 4/, "escaped twice and understood");
    assert.equal((await frame.textContent("#notice")).trim(), "", "what is no setting is not said in an embed");
  }));

test("a page in a frame is whole if its link says so", () =>
  withPage({ path: "index.html", query: "data=digits&depth=8&width=4" }, async (lab) => {
    const whole = await host(lab, "data=digits&depth=8&width=4&embed=0");
    assert.equal(await whole.locator("#lab.embed").count(), 0);
  }));

test("a page without a link takes the settings that stand in it", () =>
  withPage({ path: "index.html", query: "data=digits&depth=8&width=4" }, async (lab) => {
    await lab.page.waitForSelector("#lab");
    const settings = '{"data": "digits", "depth": 8, "width": 4, "skip": "off"}';
    await lab.page.setContent('<link rel="icon" href="data:,"><iframe id="frame" width="525" height="450"></iframe>');
    await lab.page.evaluate(
      async ([site, settings]) => {
        const page = await (await fetch(site)).text();
        const head = `<head><base href="${site}"><script type="application/json" id="headwater-settings">${settings}</script>`;
        document.querySelector("#frame").srcdoc = page.replace("<head>", head);
      },
      [siteUrl(), settings],
    );
    const frame = await (await lab.page.waitForSelector("#frame")).contentFrame();
    await frame.waitForSelector('#lab.embed[data-state="ready"]');
    assert.equal(await frame.getAttribute("#skip-all", "aria-checked"), "false");
    assert.match(await frame.textContent("#settings-line"), /ResNet-8 width 4/);
  }));

for (const [width, height] of [[525, 450], [750, 450], [320, 568]]) {
  test(`an embed of ${width}x${height} has no scroll bars and shows switches and play`, () =>
    withPage({ path: "index.html", query: "data=digits&depth=8&width=4&compare=0" }, async (lab) => {
      const frame = await host(lab, "embed=1", width, height);
      const size = await frame.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.documentElement;
        return { scrollWidth, scrollHeight };
      });
      assert.ok(size.scrollWidth <= width, `it is ${size.scrollWidth} wide`);
      assert.ok(size.scrollHeight <= height, `it is ${size.scrollHeight} high`);
      await frame.click("#step-once");
      await frame.waitForSelector('#lab[data-step="1"]');
      assert.ok(await frame.isVisible("#play"));
      await lab.screenshot(`embed-${width}x${height}`);
    }));
}

for (const [width, height, query] of [
  [525, 450, "scale=2"],
  [560, 315, ""],
  [560, 315, "compare=1&seed_b=7"],
  [320, 568, "compare=1&skip=layer1.0=0.5,layer2.0=0"],
]) {
  test(`an embed of ${width}x${height} with "${query}" shows every control and all settings`, () =>
    withPage({ path: "index.html", query: "data=digits&depth=8&width=4&compare=0" }, async (lab) => {
      const frame = await host(lab, `embed=1&data=digits&${query}`, width, height);
      const outside = await frame.$$eval(".bar > *, .all-numbers, #settings-line", (elements) =>
        elements
          .filter((element) => {
            const { right, bottom } = element.getBoundingClientRect();
            const cut = element.id === "settings-line" && element.scrollWidth > element.clientWidth + 1;
            return cut || right > innerWidth + 0.5 || bottom > innerHeight + 0.5;
          })
          .map((element) => element.id || element.className),
      );
      assert.deepEqual(outside, []);
    }));
}
