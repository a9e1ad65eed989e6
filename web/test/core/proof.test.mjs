// The gradients of the network as it is now, held against its loss, in the page: what is found, and that nothing changes.

import assert from "node:assert/strict";
import { handedOut } from "../files.mjs";
import { test, withPage } from "../harness.mjs";

const SMALL = "data=digits&depth=8&width=4&norm=bn&batch=8&compare=0&eval_every=0&seed=3";

/** The losses of three steps, after three others between which and these something is done. */
async function losses(lab, between) {
  await lab.reaches("ready");
  await lab.stepOnce(3);
  await between();
  const seen = [];
  for (let step = 0; step < 3; step += 1) {
    await lab.stepOnce();
    seen.push(await lab.attribute("#loss", "data-value"));
  }
  return seen;
}

test("every gradient is that of the loss, and the run goes on as if nothing had been", () =>
  withPage({ query: SMALL }, async (lab) => {
    const proved = await losses(lab, async () => {
      await lab.click("#prove");
      await lab.appears("#proof-result[data-worst]");
      const worst = Number(await lab.attribute("#proof-result", "data-worst"));
      assert.ok(worst > 0 && worst < 1e-3, `${worst}`);
      assert.match(await lab.text("#proof-result"), /every one of them agrees/);
      assert.equal(await lab.count("#proof-table tbody tr"), 5, "stem, three blocks, head");
      const { name, bytes } = await handedOut(lab, "#save-proof");
      assert.equal(name, "headwater-proof-resnet8-step3.json");
      const { proof, settings, build, link } = JSON.parse(bytes.toString());
      assert.ok(settings && build && link.includes("seed=3"));
      assert.deepEqual([proof.step, proof.seed, proof.images.length], [3, 3, 8]);
      assert.match(proof.parameter_hash, /^[0-9a-f]{16}$/);
      assert.deepEqual(proof.parts.map((part) => part.name), ["stem", "layer1.0", "layer2.0", "layer3.0", "head"]);
      for (const { name, direction, weights } of proof.parts) {
        assert.ok(direction.verdict.error < 1e-3, name);
        assert.ok(Math.abs(direction.predicted - direction.found) < 1e-3 * direction.predicted, name);
        assert.equal(weights.length, 20, name);
      }
      const errors = proof.parts.flatMap(({ direction, across, weights }) =>
        [direction, across, ...weights.map((weight) => weight.slope)].map((slope) => slope.verdict.error ?? 0));
      assert.equal(Math.max(...errors), worst);
      assert.ok(proof.joins.length === 3 && proof.joins.every((join) => join.deviation < 1e-6));
      await lab.screenshot("proof");
      await lab.press("Escape");
      await lab.disappears("#proof[open]");
    });
    await lab.click("#reset");
    await lab.appears('#lab[data-state="ready"][data-step="0"]');
    assert.deepEqual(proved, await losses(lab, async () => {}));
  }));

test("a run that trains rests first, of two that are compared A is checked, and both go on together", () =>
  withPage({ query: SMALL.replace("compare=0", "compare=1") + "&skip_b=off" }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#play");
    await lab.reachesStep(5);
    await lab.click("#prove");
    await lab.appears("#proof-result[data-worst]");
    assert.equal(await lab.says("state"), "paused");
    assert.ok(Number(await lab.attribute("#proof-result", "data-worst")) < 1e-3);
    assert.match(await lab.text("#proof"), /run A/);
    await lab.press("Escape");
    const step = Number(await lab.says("step"));
    await lab.click("#play");
    await lab.reachesStep(step + 5);
  }));
