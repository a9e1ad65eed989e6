// Two pages that train at once, each in a browser of its own so that they share nothing but the machine, against one
// alone just before.

import { setTimeout as sleep } from "node:timers/promises";
import { ENDLESS, SELDOM_MILLISECONDS, nextStep, print, stepsASecond, withFreshBrowser } from "./measuring.mjs";

const QUERY = `play=1&${ENDLESS}`;
const WARM_STEP = 20;
const SECONDS = 30;

export async function pages() {
  await withFreshBrowser({ query: QUERY }, async (first) => {
    const [alone] = await paces(first);
    await withFreshBrowser({ query: QUERY }, async (second) => {
      const together = await paces(first, second);
      const shares = together.map((pace) => pace / alone);
      print("two pages at once, steps a second", { alone, together, shares, seconds: SECONDS });
    });
  });
}

/** Steps a second of each of these pages, over the same seconds. */
async function paces(...labs) {
  await Promise.all(labs.map((lab) => lab.reachesStep(WARM_STEP, SELDOM_MILLISECONDS)));
  const from = await Promise.all(labs.map(nextStep));
  await sleep(SECONDS * 1000);
  const to = await Promise.all(labs.map(nextStep));
  return labs.map((_, index) => stepsASecond(from[index], to[index]));
}
