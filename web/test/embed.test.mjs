// The page inside an iframe of a course page: no chrome, no scroll bars, messages both ways, its URL left alone.

import assert from "node:assert/strict";
import { siteUrl, test, withPage } from "./harness.mjs";

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

const tell = (lab, message) =>
  lab.page.evaluate((message) => document.querySelector("#frame").contentWindow.postMessage(message, "*"), message);

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
