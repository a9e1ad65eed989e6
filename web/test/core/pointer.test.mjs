// The pointer over the charts: whatever the page's scale and its host's, what is under it is what is meant.

import assert from "node:assert/strict";
import { test, withPage } from "../harness.mjs";

const STEPS = 100;
const TRAINED = `data=digits&depth=8&width=4&compare=0&eval_every=0&steps=${STEPS}&play=1`;

/** The step that a part of the history's width stands for, within a hundredth of the run. */
function assertStep(seen, part) {
  assert.ok(Math.abs(seen / STEPS - part) <= 0.0101, `${part * 100} % of the width is step ${seen} of ${STEPS}`);
}

/** The step that the page looks back at, once it is another than this. */
const viewed = (lab, before) => {
  const look = (before) => {
    const { viewedStep } = document.querySelector("#lab").dataset;
    return viewedStep !== before && viewedStep;
  };
  return lab.waitFor("looks back elsewhere", look, [before]).then(Number);
};

/** A click at a part of the history's width, and the step that it leads to. */
async function stepAt(lab, part) {
  const before = await lab.says("viewed-step");
  const { left, top, width, height } = await lab.box(".history canvas");
  await lab.move(left + part * width, top + height / 2);
  await lab.down();
  await lab.up();
  return viewed(lab, before);
}

/** With the pointer just below a block's marker in the profile, that block gets the focus. */
async function assertBlock(lab, index, name) {
  const markers = await lab.boxes("#profile-chart circle.dot");
  assert.ok(markers[index], `the profile has ${markers.length} markers`);
  const { left, top, width, height } = markers[index];
  await lab.move(left + width / 2, top + height / 2 + 12);
  await lab.appears(`[data-block="${name}"] [aria-pressed="true"]`);
}

for (const scale of [1, 1.5, 2]) {
  test(`at scale ${scale} the history shows the step and the profile the block under the pointer`, () =>
    withPage({ query: `${TRAINED}&scale=${scale}`, viewport: { width: 1600, height: 1500 } }, async (lab) => {
      await lab.reaches("done");
      for (const part of [0.02, 0.25, 0.5, 0.75, 0.98]) {
        assertStep(await stepAt(lab, part), part);
      }
      const last = await lab.says("viewed-step");
      const { left, top, width, height } = await lab.box(".history canvas");
      await lab.move(left + 0.75 * width, top + height / 2);
      await lab.down();
      const before = await viewed(lab, last);
      assertStep(before, 0.75);
      // Out of the chart, and still held.
      await lab.move(left + 0.3 * width, top - 40);
      await lab.up();
      assertStep(await viewed(lab, String(before)), 0.3);
      assert.equal(await lab.evaluate(() => String(getSelection())), "", "dragging selects nothing");
      await lab.evaluate(() => scrollTo(0, 0));
      await assertBlock(lab, 2, "layer3.0");
      await assertBlock(lab, 0, "layer1.0");
      await assertBlock(lab, 1, "layer2.0");
    }));
}

for (const scale of [1, 1.5, 2]) {
  test(`at scale ${scale} switches and blocks of the river stand where they are drawn, and a click meets them`, () =>
    withPage({ query: `${TRAINED}&scale=${scale}`, viewport: { width: 1600, height: 1500 } }, async (lab) => {
      await lab.reaches("done");
      const drawn = await lab.boxes("#river-chart .box");
      const buttons = await lab.boxes(".river .box-button");
      assert.equal(drawn.length, buttons.length);
      const middle = ({ left, top, width, height }) => [left + width / 2, top + height / 2];
      const far = (a, b) => Math.hypot(middle(a)[0] - middle(b)[0], middle(a)[1] - middle(b)[1]);
      for (const button of buttons) {
        const nearest = Math.min(...drawn.map((box) => far(box, button)));
        assert.ok(nearest <= 2, `a block's button is ${nearest} px off its box`);
      }
      for (const name of ["layer2.0", "layer3.0", "layer1.0"]) {
        const [x, y] = middle(await lab.box(`[data-block="${name}"] .switch`));
        await lab.move(x, y);
        await lab.down();
        await lab.up();
        await lab.appears(`[data-block="${name}"] .switch[aria-checked="false"]`);
        assert.equal(await lab.count('.river .switch[aria-checked="false"]'), 1, "that one alone");
        await lab.down();
        await lab.up();
        await lab.appears(`[data-block="${name}"] .switch[aria-checked="true"]`);
      }
    }));
}

test("in an embed at scale 2 within a host that shrinks it the profile shows the block under the pointer", () => {
  const body = `<!doctype html><title>Slide</title><link rel="icon" href="data:,"><body style="margin:0">
    <iframe id="frame" src="./?embed=1&scale=2&${TRAINED}" width="1000" height="800" title="Headwater"
            style="border:0;transform:scale(0.5);transform-origin:0 0"></iframe>`;
  const files = [["**/host", (route) => route.fulfill({ contentType: "text/html", body })]];
  return withPage({ path: "host", files }, async (lab) => {
    const frame = lab.frame("#frame");
    await frame.reaches("done");
    await assertBlock(frame, 0, "layer1.0");
    await assertBlock(frame, 2, "layer3.0");
  });
});

for (const scale of [1, 1.5, 2]) {
  const frame = { left: 0, top: 0, width: 1000, height: 800 };
  const inside = (box, what) => {
    assert.ok(box.left >= -1 && box.left + box.width <= frame.width + 1, `${what} is as wide as ${JSON.stringify(box)}`);
    assert.ok(box.top >= -1 && box.top + box.height <= frame.height + 1, `${what} is as high as ${JSON.stringify(box)}`);
  };

  test(`at scale ${scale} an embed fills its frame, and a panel stays in the window`, () =>
    withPage({ query: `embed=1&scale=${scale}&${TRAINED}`, viewport: frame }, async (lab) => {
      await lab.reaches("done");
      const window_ = await lab.box(".window");
      inside(window_, "the embed");
      assert.ok(window_.height >= Math.min(760 * scale, frame.height) * 0.95, `it is ${window_.height} px high`);
      await lab.open("", `scale=${scale}&${TRAINED}`);
      await lab.reaches("done");
      await lab.click("#open-help");
      await lab.appears("#help[open]");
      inside(await lab.box("#help"), "the help");
    }));
}
