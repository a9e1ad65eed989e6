// One forward and backward pass of ResNet-50 on 224×224 images in the page; prints, never judges. With the site served
// by `cargo xtask serve`:
//
//     CHROME=/usr/bin/chromium HEADWATER_URL=http://127.0.0.1:8080/ node web/test/resnet50.mjs [extra parameters]
//
// One JSON line each: how long building and the step take, the worker's wasm memory, how long a pause within the step
// takes, and how long the page's main thread was ever busy after load.

import { REACHABLE_WORKER, longTasks, print, withFreshBrowser, workerMemory } from "./measure/measuring.mjs";

const QUERY = `model=resnet50&image_size=224&batch=2&steps=1&norm=bn&init=he&${process.argv[2] ?? ""}`;

const seconds = (from, to = performance.now()) => Number(((to - from) / 1000).toFixed(2));

await withFreshBrowser({ query: QUERY, files: REACHABLE_WORKER }, async (lab) => {
  const { page } = lab;
  const says = (words) =>
    page.waitForFunction((words) => document.querySelector(".progress")?.textContent.includes(words), words, {
      polling: 20,
    });
  const state = (name) => page.waitForSelector(`#lab[data-state="${name}"]`);
  const memory = async () => (await workerMemory(lab)).map((bytes) => Math.round(bytes / 2 ** 20));

  await says("building the network");
  const building = performance.now();
  await state("ready");
  print("building the network, s", { value: seconds(building), memory_mb: await memory() });

  const start = performance.now();
  await page.click("#play");
  await page.waitForSelector("#step-progress");
  print("first word of progress, s", { value: seconds(start) });
  const pauses = [];
  for (const part of [0.2, 0.45, 0.7]) {
    await page.waitForFunction((part) => document.querySelector("#step-progress")?.position >= part, part, {
      polling: 20,
    });
    const clicked = performance.now();
    await page.click("#play");
    await state("paused");
    const ms = Math.round(performance.now() - clicked);
    pauses.push({ ms, at: await page.textContent(".progress"), button: await page.textContent("#play") });
    await page.click("#play");
    await state("running");
  }
  await page.waitForSelector('#lab[data-step="1"]');
  await state("done");
  print("the step with three pauses, s", { value: seconds(start), memory_mb: await memory(), pauses });

  await page.click("#reset");
  await state("ready");
  const again = performance.now();
  await page.click("#play");
  await page.waitForSelector('#lab[data-step="1"]');
  await state("done");
  const work = await page.getAttribute("#steps-per-second", "data-ms-per-step");
  const share = await page.getAttribute("#measuring-share", "data-value").catch(() => null);
  print("the step, s", { value: seconds(again), in_the_worker_ms: Number(work), measuring_share: Number(share) });
  print("worker wasm memory, MB", { after_a_reset: await memory() });
  print("rows of the profile", {
    value: await page.$$eval('#profile-table [data-quantity="grad_in_l2"]', (cells) =>
      cells.map((cell) => Number(Number(cell.dataset.value).toPrecision(4))),
    ),
  });
  print("main-thread tasks over 50 ms", await longTasks(lab));
});
