// What a long run costs: steps a second, the share of measuring, the wasm memory of worker and page early and late,
// and the tasks that kept the main thread too long.

import {
  ENDLESS,
  REACHABLE_WORKER,
  SELDOM_MILLISECONDS,
  longTasks,
  nextStep,
  pageMemory,
  print,
  stepsASecond,
  withFreshBrowser,
  workerMemory,
} from "./measuring.mjs";

const EARLY_STEP = 200;

export async function run({ steps, query }) {
  await withFreshBrowser({ query: `play=1&${ENDLESS}&${query}`, files: REACHABLE_WORKER }, async (lab) => {
    await lab.reachesStep(Math.min(EARLY_STEP, steps), SELDOM_MILLISECONDS);
    const from = await nextStep(lab);
    const early = await workerMemory(lab);
    const earlyPage = await pageMemory(lab);
    await lab.reachesStep(steps, SELDOM_MILLISECONDS);
    const to = await nextStep(lab);
    const late = await workerMemory(lab);
    const latePage = await pageMemory(lab);
    const seen = [from.step, to.step];
    print("steps a second", { value: stepsASecond(from, to), steps: seen });
    print("measuring, share of a step", { value: await lab.value("#measuring-share") });
    print("worker wasm memory, bytes", { early, late, steps: seen });
    print("page wasm memory, bytes", { early: earlyPage, late: latePage, steps: seen });
    print("main-thread tasks over 50 ms", await longTasks(lab));
  });
}
