// Weights: what was trained is saved, a run starts from it again, and a file that does not fit changes nothing.

import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { open, saved } from "../files.mjs";
import { test, withPage } from "../harness.mjs";

const SMALL = "data=digits&depth=8&width=4&norm=bn";

const notice = (lab, file) =>
  lab.waitFor(`speaks of ${file}`, (file) => {
    const text = document.querySelector("#notice").textContent;
    return text.includes(file) && text;
  }, [file]);

test("weights that are saved and opened again are the same to the last bit, also after a reset, in both runs", () =>
  withPage({ query: `${SMALL}&compare=1&skip_b=off&steps=20&play=1` }, async (lab) => {
    await lab.reaches("done");
    const trained = await saved(lab, "#save-weights");
    const other = await saved(lab, "#save-weights-b");
    assert.equal(trained.name, "resnet8-w4-open-step20.safetensors");
    assert.equal(other.name, "resnet8-w4-closed-step20.safetensors");
    assert.notDeepEqual(other.bytes, trained.bytes);
    await open(lab, [[trained.name, trained.bytes]]);
    await lab.appears("#weights");
    await lab.reaches("ready");
    assert.equal(await lab.says("step"), "0");
    assert.match(await lab.text("#weights"), /weights of resnet8-w4-open-step20\.safetensors.*A link cannot carry them/);
    assert.match(await lab.text("#settings-line"), / · from resnet8-w4-open-step20\.safetensors · /);
    assert.match(await lab.notice(), /run of 20 steps is put aside/);
    await lab.screenshot("weights-opened");
    const again = await saved(lab, "#save-weights");
    assert.equal(again.name, "resnet8-w4-open-step0.safetensors");
    assert.ok(again.bytes.equals(trained.bytes), "the same file");
    assert.ok((await saved(lab, "#save-weights-b")).bytes.equals(trained.bytes), "in every lane");
    // What was learnt is there at the first step.
    await lab.stepOnce();
    assert.ok((await lab.value("#loss")) < 2, `${await lab.value("#loss")} of a network that guesses would be 2.3`);
    const first = await lab.value("#loss");
    await lab.stepOnce();
    assert.ok(!(await saved(lab, "#save-weights")).bytes.equals(trained.bytes));
    const recording = gunzipSync((await saved(lab, "#save-recording")).bytes).toString();
    assert.equal(JSON.parse(recording.split("\n")[0]).weights, trained.name);
    await lab.click("#reset");
    await lab.reaches("ready");
    assert.ok((await saved(lab, "#save-weights")).bytes.equals(trained.bytes), "a reset goes back to them");
    await lab.stepOnce();
    assert.equal(await lab.value("#loss"), first);
    // Such a recording can be looked at, and does not pretend that its seed makes it.
    await open(lab, [["mine.headwater.jsonl.gz", recording]]);
    await lab.appears('#lab[data-source="recording"][data-step="2"]');
    assert.match(await lab.text("#recording"), /weights of resnet8-w4-open-step20/);
    assert.equal(await lab.evaluate(() => document.querySelector("#make-live").disabled), true);
    assert.match(await lab.attribute("#make-live", "title"), /weights of a file/);
    await lab.click("#close-recording");
    await lab.appears('#lab[data-source="live"]');
    // The run that was put aside last is there, and a new one starts from the seed.
    await lab.click("#more");
    await lab.fill("#set-seed", "9");
    await lab.press("Tab");
    await lab.click("#new-run");
    await lab.disappears("#weights");
    await lab.reaches("ready");
    assert.doesNotMatch(await lab.text("#settings-line"), /from /);
  }));

test("a file that does not fit is told in one sentence, and the run goes on", () =>
  withPage({ query: `${SMALL}&compare=0` }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce(2);
    const { bytes } = await saved(lab, "#save-weights");
    const tensors = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString();
    assert.match(tensors, /layer1\.0\.bn1\.running_var/);
    const renamed = Buffer.from(bytes.toString("latin1").replace("layer2.0.bn1.bias", "layer9.0.bn1.bias"), "latin1");
    const cases = [
      ["page.safetensors", "<!doctype html>", /page\.safetensors cannot be used: it is a web page/],
      ["empty.safetensors", "", /empty\.safetensors cannot be used: it is empty/],
      ["model.pth", "PK\x03\x04archive/data.pkl", /model\.pth cannot be used: .*torch\.save.*safetensors\.torch import save_file/],
      ["cut.safetensors", bytes.subarray(0, bytes.length - 1), /cut\.safetensors cannot be used: .*cut or damaged/],
      ["renamed.safetensors", renamed, /renamed\.safetensors cannot be used: it has no tensor layer2\.0\.bn1\.bias of shape \[8\]/],
    ];
    for (const [name, contents, sentence] of cases) {
      await open(lab, [[name, contents]]);
      const said = await notice(lab, name);
      assert.match(said, sentence);
      assert.match(said, /Accepted is a safetensors file with torchvision’s names for .*ResNet-8 of width 4 with batch norm\. Nothing was changed\./);
    }
    await lab.screenshot("weights-refused");
    assert.equal(await lab.says("state"), "paused");
    await lab.stepOnce();
    assert.equal(await lab.says("step"), "3");
    // Of another network: its first tensor that is of another shape.
    await lab.click("#more");
    await lab.fill("#set-width", "6");
    await lab.press("Tab");
    await open(lab, [["narrow.safetensors", bytes]]);
    assert.match(await notice(lab, "narrow.safetensors"), /its tensor bn1\.bias has shape \[4\], and \[6\] is needed.*ResNet-8 of width 6/);
    await lab.stepOnce();
    assert.equal(await lab.says("step"), "4");
  }));

test("after the engine has stopped the recording is saved, and of the weights it is said that they are gone", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=0&fault=panic", expected: [/panick/i, /unreachable/i, /RuntimeError/] }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#step-once");
    await lab.reaches("failed");
    await lab.click("#save");
    await lab.appears("#save-weights[disabled]");
    assert.match(await lab.text("#saving"), /gone with the engine, which has stopped; what was recorded can still be saved/);
    await lab.screenshot("save-after-a-crash");
    await lab.press("Escape");
    await lab.disappears("#saving[open]");
    const { name, bytes } = await saved(lab, "#save-recording");
    assert.equal(name, "resnet8-digits-seed1-1.headwater.jsonl.gz");
    const [header, ...events] = gunzipSync(bytes).toString().trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.equal(header.type, "header");
    const step = events.find((event) => event.type === "step");
    assert.equal(step.loss, await lab.value("#loss"), "what was measured before");
    await open(lab, [["mine.safetensors", "{}"]]);
    assert.match(await notice(lab, "mine.safetensors"), /was not opened\. The engine has stopped.*restart it/);
    await open(lab, [["mine.headwater.jsonl.gz", bytes]]);
    await lab.appears('#lab[data-source="recording"][data-step="1"]');
    assert.equal(await lab.value("#loss"), step.loss);
    await lab.click("#close-recording");
    await lab.click("#restart");
    await lab.reaches("ready");
    await lab.click("#save");
    await lab.appears("#save-weights:not([disabled])");
  }));
