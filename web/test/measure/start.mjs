// How long it takes from the navigation to a picture and to a trained step: a new browser with an empty cache each
// time, and the page's own clock, which begins with the navigation.

import { ENDLESS, SELDOM_MILLISECONDS, print, spread, withFreshBrowser } from "./measuring.mjs";

const BROWSERS = 5;

export async function start() {
  const all = {};
  for (let browser = 0; browser < BROWSERS; browser += 1) {
    await withFreshBrowser({ query: `play=1&${ENDLESS}`, prepare }, async (lab) => {
      await lab.reachesStep(1, SELDOM_MILLISECONDS);
      for (const [name, time] of Object.entries(await lab.page.evaluate(startTimes))) {
        (all[name] ??= []).push(time);
      }
    });
  }
  for (const [name, times] of Object.entries(all)) {
    const { median, worst } = spread(times);
    print(`from the navigation, ms: ${name}`, { median, worst, all: times });
  }
}

async function prepare(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await page.addInitScript(watchStart);
}

/** Runs in the page before anything else. */
function watchStart() {
  const times = (window.startTimes = {});
  const note = (name) => (times[name] ??= performance.now());
  // The first task after the next frame: the main thread has painted it.
  const notePainted = () =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => note("the diagram's blocks painted");
      port2.postMessage(null);
    });
  new MutationObserver((_, observer) => {
    if (!times["the diagram's blocks in the document"] && document.querySelector("[data-block]")) {
      note("the diagram's blocks in the document");
      notePainted();
    }
    if (Number(document.querySelector("#lab")?.dataset.step) >= 1) {
      note("first trained step");
      observer.disconnect();
    }
  }).observe(document, { childList: true, subtree: true, attributeFilter: ["data-step"] });
}

/** In the page: what was noted, and what the browser noted itself. */
function startTimes() {
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return { "first contentful paint": paint?.startTime, ...window.startTimes };
}
