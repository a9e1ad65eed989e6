// What all parts share: a page in a new browser, numbers as JSON lines, and what can be seen of a page while it trains.

import { launchBrowser, withLab } from "../lab.mjs";

/** A long run on a slow machine is no failure. */
const PATIENCE_MILLISECONDS = 60 * 60_000;

/** The worker as it is, with its memory in reach. */
const LOADER = 'import init from "./worker.js"; self.headwaterExports = await init();';

/** For `files`: a page whose `workerMemory` can be read. */
export const REACHABLE_WORKER = [
  ["**/worker_loader.js*", (route) => route.fulfill({ contentType: "text/javascript", body: LOADER })],
];

/** Between two looks at a page that should work undisturbed. */
export const SELDOM_MILLISECONDS = 200;

/** A run that does not end by itself. */
export const ENDLESS = "steps=1000000";

/** One line of output; whole numbers as they are, others to five digits. */
export function print(name, values) {
  const isPart = (value) => typeof value === "number" && !Number.isInteger(value);
  const rounded = (_, value) => (isPart(value) ? Number(value.toPrecision(5)) : value);
  console.log(JSON.stringify({ name, ...values }, rounded));
}

/** The median, the 95th percentile and the worst (nearest rank), and of how many; `null` where there are none. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (part) => sorted[Math.ceil(part * sorted.length) - 1] ?? null;
  return { median: rank(0.5), p95: rank(0.95), worst: rank(1), count: sorted.length };
}

/** As `withLab`, in a browser of its own that ends with it; an error in the page ends the measuring at once. */
export async function withFreshBrowser(options, body) {
  let fail;
  const failure = new Promise((_, reject) => (fail = reject));
  // It may come before anyone waits for it.
  failure.catch(() => {});
  const prepare = async (page) => {
    page.once("pageerror", (error) => fail(new Error(`the page failed: ${error.message}`)));
    await watchLongTasks(page);
    await options.prepare?.(page);
  };
  const browser = await launchBrowser();
  try {
    await withLab(browser, { patience: PATIENCE_MILLISECONDS, ...options, prepare }, (lab) =>
      Promise.race([body(lab), failure]),
    );
  } finally {
    await browser.close();
  }
}

const watchLongTasks = (page) =>
  page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries())).observe({ type: "longtask" });
    new MutationObserver((_, observer) => {
      if ((document.querySelector("#lab")?.dataset.state ?? "loading") === "loading") return;
      window.readyAt = performance.now();
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true, attributeFilter: ["data-state"] });
  });

/**
 * The main thread's tasks over 50 ms that began after the page's load event, those of them that began after `#lab` was
 * no longer loading, and the first ten with their times since the navigation.
 */
export const longTasks = (lab) =>
  lab.page.evaluate(() => {
    const loadedAt = performance.getEntriesByType("navigation")[0].loadEventEnd;
    const since = (start) => window.longTasks.filter((task) => task.startTime >= start);
    const summary = (tasks) => ({ count: tasks.length, worst: Math.max(0, ...tasks.map((task) => task.duration)) });
    return {
      after_load_event: summary(since(loadedAt)),
      after_ready: summary(since(window.readyAt)),
      tasks: since(loadedAt)
        .slice(0, 10)
        .map((task) => ({ ms: task.duration, at_ms: task.startTime })),
    };
  });

/** The bytes of each worker's wasm memory, of a page with the `REACHABLE_WORKER`. */
export const workerMemory = (lab) =>
  Promise.all(
    lab.page.workers().map((worker) => worker.evaluate(() => self.headwaterExports.memory.buffer.byteLength)),
  );

/** The bytes of the page's own wasm memory. */
export async function pageMemory(lab) {
  const tools = await lab.page.context().newCDPSession(lab.page);
  const { result: prototype } = await tools.send("Runtime.evaluate", { expression: "WebAssembly.Memory.prototype" });
  const { objects } = await tools.send("Runtime.queryObjects", { prototypeObjectId: prototype.objectId });
  const declaration = "function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0); }";
  const asked = { objectId: objects.objectId, functionDeclaration: declaration, returnByValue: true };
  const { result } = await tools.send("Runtime.callFunctionOn", asked);
  await tools.detach();
  return result.value;
}

/** Waits for the next change of `#lab`'s step: which it is, and when, in milliseconds of the page's clock. */
export const nextStep = (lab) =>
  lab.page.evaluate(
    () =>
      new Promise((resolve) => {
        const lab = document.querySelector("#lab");
        new MutationObserver((_, observer) => {
          observer.disconnect();
          resolve({ step: Number(lab.dataset.step), at: performance.now() });
        }).observe(lab, { attributeFilter: ["data-step"] });
      }),
  );

/** Steps a second between two answers of `nextStep`. */
export const stepsASecond = (from, to) => (to.step - from.step) / ((to.at - from.at) / 1000);
