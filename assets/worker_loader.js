// Starts the program of the worker. Each piece of it that arrives is a message, the number of bytes so far, so that the
// page can tell a slow line from a worker that does not answer.
import init from "./worker.js";

const name = "worker_bg.wasm";
const response = await fetch(new URL(name, import.meta.url));
if (!response.ok) throw new Error(`${name} was answered with status ${response.status}`);

const count = async (pieces) => {
  let received = 0;
  for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
    received += piece.value.byteLength;
    postMessage(received);
  }
};
// Of a copy, because a browser may keep what it compiled from the answer itself.
count(response.clone().body.getReader()).catch(() => {});

await init({ module_or_path: response });
