// What the page's main thread does per frame while it trains, from Chromium's own trace: all tasks since the frame
// before, with the one that runs the animation frame.

import { setTimeout as sleep } from "node:timers/promises";
import { ENDLESS, SELDOM_MILLISECONDS, print, spread, withFreshBrowser } from "./measuring.mjs";

/** By then the charts have something to draw. */
const WARM_STEP = 100;
const SECONDS = 8;

/** These hold the tasks, the animation frames and the messages of a worker, and little else. */
const CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"];

export async function frames() {
  await withFreshBrowser({ query: `play=1&${ENDLESS}` }, async (lab) => {
    await lab.reachesStep(WARM_STEP, SELDOM_MILLISECONDS);
    const from = Number(await lab.says("step"));
    const browser = lab.page.context().browser();
    await browser.startTracing(lab.page, { categories: CATEGORIES });
    await sleep(SECONDS * 1000);
    const trace = JSON.parse(await browser.stopTracing());
    const steps = Number(await lab.says("step")) - from;
    const all = framesOf(trace.traceEvents);
    print("main-thread work per frame, ms", { ...spreads(all), seconds: SECONDS, steps });
    const news = all.filter((frame) => frame.hasNews);
    print("main-thread work per frame with a message from the worker, ms", spreads(news));
  });
}

/** By the clock, and without the time in which the thread waited for a processor. */
const spreads = (frames) => ({
  ...spread(frames.map((frame) => frame.wall)),
  cpu: spread(frames.map((frame) => frame.cpu)),
});

/** The frames of the thread with the most, in milliseconds, without the first and the last, which may be cut. */
function framesOf(events) {
  const main = mainThread(events);
  const own = events.filter((event) => threadOf(event) === main);
  // A task before what happens in it.
  own.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const frames = [newFrame()];
  for (const { name, dur = 0, tdur = 0 } of own) {
    if (name === "RunTask") {
      if (frames.at(-1).isFired) frames.push(newFrame());
      frames.at(-1).wall += dur / 1000;
      frames.at(-1).cpu += tdur / 1000;
    } else if (name === "FireAnimationFrame") {
      frames.at(-1).isFired = true;
    } else if (name === "HandlePostMessage") {
      frames.at(-1).hasNews = true;
    }
  }
  return frames.slice(1, -1);
}

const newFrame = () => ({ wall: 0, cpu: 0, isFired: false, hasNews: false });
const threadOf = (event) => `${event.pid}:${event.tid}`;

function mainThread(events) {
  const fired = new Map();
  for (const event of events) {
    if (event.name === "FireAnimationFrame") fired.set(threadOf(event), (fired.get(threadOf(event)) ?? 0) + 1);
  }
  if (fired.size === 0) throw new Error("the trace has no animation frame");
  return [...fired].sort((a, b) => b[1] - a[1])[0][0];
}
