// Measures the page while it trains at full speed; prints, never judges. With the site served by `cargo xtask serve`:
//
//     CHROME=/usr/bin/chromium HEADWATER_URL=http://127.0.0.1:8080/ node web/test/measure.mjs [steps]
//
// One JSON line each: steps a second, how long a clicked switch takes to show its state (Event Timing: from the click to
// the next paint), how long a pause takes, and the worker's wasm memory early and late.

import { chromium } from "playwright-core";

const LAST_STEP = Number(process.argv[2] ?? 2000);
const EARLY_STEP = 200;
const CLICKS = 50;

/** The worker as it is, with its memory in reach. */
const LOADER = 'import init from "./worker.js"; self.headwaterExports = await init();';

const print = (name, value) => console.log(JSON.stringify({ name, ...value }));
const share = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];

const browser = await chromium.launch({ executablePath: process.env.CHROME, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
page.setDefaultTimeout(20 * 60_000);
await page.route("**/worker_loader.js*", (route) => route.fulfill({ contentType: "text/javascript", body: LOADER }));
await page.goto(`${process.env.HEADWATER_URL}?steps=1000000`);
await page.waitForSelector('#lab[data-state="ready"]');

const step = () => page.evaluate(() => Number(document.querySelector("#lab").dataset.step));
const reaches = (wanted) =>
  page.waitForFunction((wanted) => Number(document.querySelector("#lab").dataset.step) >= wanted, wanted);
const memory = async () =>
  Promise.all(page.workers().map((worker) => worker.evaluate(() => self.headwaterExports.memory.buffer.byteLength)));

await page.evaluate(() => {
  window.clicks = [];
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.name === "click") window.clicks.push(entry.duration);
    }
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({
    type: "longtask",
  });
});
await page.click("#play");
await reaches(20);

const seen = [];
for (let click = 0; click < CLICKS; click += 1) {
  const selector = `[data-block="layer${1 + (click % 3)}.${click % 2}"][data-lane="a"] [role="switch"]`;
  // From just before the click to the first frame in which the attribute has changed, by the page's own clock.
  seen.push(
    await page.evaluate(
      (selector) =>
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
        }),
      selector,
    ),
  );
  await page.click(selector);
  await page.waitForTimeout(50);
}
seen.sort((a, b) => a - b);
const timed = (await page.evaluate(() => window.clicks)).sort((a, b) => a - b);
print("switch shows its state, ms to the frame after", { median: share(seen, 0.5), p95: share(seen, 0.95), worst: seen.at(-1) });
print("Event Timing of trusted clicks over 16 ms", { count: timed.length, p95: share(timed, 0.95), worst: timed.at(-1) });

const pauses = [];
for (let pause = 0; pause < 10; pause += 1) {
  const start = performance.now();
  await page.click("#play");
  await page.waitForSelector('#lab[data-state="paused"]');
  pauses.push(performance.now() - start);
  await page.click("#play");
  await page.waitForSelector('#lab[data-state="running"]');
  await page.waitForTimeout(130);
}
pauses.sort((a, b) => a - b);
print("pause, ms from the click to data-state=paused", { median: share(pauses, 0.5), worst: pauses.at(-1) });

await reaches(EARLY_STEP);
const early = await memory();
const [from, since] = [await step(), performance.now()];
await reaches(LAST_STEP);
print("steps a second", { value: ((await step()) - from) / ((performance.now() - since) / 1000) });
print("worker wasm memory, bytes", { early, late: await memory(), steps: [EARLY_STEP, await step()] });
const tasks = await page.evaluate(() => window.longTasks);
print("main-thread tasks over 50 ms", { count: tasks.length, worst: Math.max(0, ...tasks) });
await browser.close();
