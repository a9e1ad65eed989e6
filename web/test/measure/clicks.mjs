// How soon the page answers while it trains at full speed: a switch shows its state, a pause is one.

import { ENDLESS, longTasks, print, spread, withFreshBrowser } from "./measuring.mjs";

const WARM_STEP = 20;
const CLICKS = 50;
const PAUSES = 10;

/** Shorter than a step, so that clicks meet every part of one. */
const REST_MILLISECONDS = 50;

export async function clicks() {
  await withFreshBrowser({ query: ENDLESS }, async (lab) => {
    await lab.reaches("ready");
    await lab.page.evaluate(watchClicks);
    await lab.page.click("#play");
    await lab.reachesStep(WARM_STEP);
    await flips(lab.page);
    await pauses(lab);
    print("main-thread tasks over 50 ms, with clicks", await longTasks(lab));
  });
}

async function flips(page) {
  const seen = [];
  for (let click = 0; click < CLICKS; click += 1) {
    const selector = `[data-block="layer${1 + (click % 3)}.${click % 2}"][data-lane="a"] [role="switch"]`;
    seen.push(await page.evaluate(flip, selector));
    // Back again, by a click that the browser trusts and times itself.
    await page.click(selector);
    await page.waitForTimeout(REST_MILLISECONDS);
  }
  print("switch shows its state, ms to the frame after", spread(seen));
  print("Event Timing of trusted clicks over 16 ms", spread(await page.evaluate(() => window.clicks)));
}

/** In the page: from just before the click to the first frame after the one in which the attribute has changed. */
const flip = (selector) =>
  new Promise((resolve) => {
    const element = document.querySelector(selector);
    const before = element.getAttribute("aria-checked");
    const start = performance.now();
    element.click();
    const look = () =>
      document.querySelector(selector).getAttribute("aria-checked") === before
        ? requestAnimationFrame(look)
        : requestAnimationFrame(() => resolve(performance.now() - start));
    look();
  });

async function pauses(lab) {
  const { page } = lab;
  for (let pause = 0; pause < PAUSES; pause += 1) {
    await page.click("#play");
    await lab.reaches("paused");
    await page.click("#play");
    await lab.reaches("running");
    await page.waitForTimeout(2.6 * REST_MILLISECONDS);
  }
  print("pause, ms from the click to data-state=paused", spread(await page.evaluate(() => window.pauses)));
}

/** In the page: notes what the browser says of each click, and how long after the last one `#lab` is paused. */
function watchClicks() {
  window.clicks = [];
  window.pauses = [];
  new PerformanceObserver((list) => {
    const clicks = list.getEntries().filter((entry) => entry.name === "click");
    window.clicks.push(...clicks.map((entry) => entry.duration));
  }).observe({ type: "event", durationThreshold: 16 });
  let clicked;
  document.addEventListener("click", (event) => (clicked = event.timeStamp), { capture: true });
  const lab = document.querySelector("#lab");
  new MutationObserver(() => {
    if (lab.dataset.state === "paused") window.pauses.push(performance.now() - clicked);
  }).observe(lab, { attributeFilter: ["data-state"] });
}
