// Any quantity of the blocks in profile and history, and the one chart whose content is chosen.

import assert from "node:assert/strict";
import { test, withPage } from "../harness.mjs";

const SMALL = "data=digits&depth=8&width=4&compare=0&eval_every=0";

/** Chooses one of a list. */
const choose = (lab, list, value) =>
  lab.evaluate(
    (list, value) => {
      const select = document.querySelector(list);
      select.value = value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    },
    list,
    value,
  );

/** Waits until a chart says this of itself. */
const tells = (lab, chart, pattern) =>
  lab.waitFor(
    `tells ${pattern}`,
    (chart, pattern) => new RegExp(pattern).test(document.querySelector(chart)?.getAttribute("aria-label") ?? ""),
    [chart, pattern],
  );

test("a quantity that is measured while it is shown comes with the next step", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce();
    await choose(lab, "#plot", "weight_l2");
    await lab.stepOnce();
    await tells(lab, "#profile-chart", "size of the weights .* at block 3");
    await lab.waitFor("has it in its link", () => location.search.includes("plot=weight_l2"));
  }));

test("the chart under all others shows what is chosen, measured with the next step", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce();
    await choose(lab, "#instrument", "paths");
    await lab.stepOnce();
    await tells(lab, "#paths-chart", "as it is the gradient goes through .* of 3 branches .* by the upper bound");
    await choose(lab, "#instrument", "sweep");
    await lab.stepOnce();
    await tells(lab, "#sweep-chart", "after 3 updates: 0×: \\d+ %.*1×: \\d+ %");
    await choose(lab, "#instrument", "ablation");
    await lab.stepOnce();
    await tells(lab, "#ablation-chart", "after 4 updates loses without block 1: ");
    assert.equal(await lab.count(".branches-card svg rect"), 3);
    await lab.press("Enter", "#measure-again");
    await lab.stepOnce();
    await tells(lab, "#ablation-chart", "after 5 updates");
    await lab.waitFor("has it in its link", () => location.search.includes("instrument=ablation"));
  }));
