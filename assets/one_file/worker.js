// Starts the program of the worker of a page of one file, once the page has sent the files. That they have arrived is a message
// too, a number of bytes as from worker_loader.js, so that the page does not take the worker for a silent one.
onmessage = async ({ data: packed }) => {
  onmessage = null;
  try {
    globalThis.headwaterFiles = filesOf({ packed, plain: {} });
    const program = await headwaterFiles.read("worker_bg.wasm");
    postMessage(program.byteLength);
    await startWorker({ module_or_path: program });
  } catch (error) {
    // The page hears of an error, but not of a promise that was refused.
    setTimeout(() => {
      throw error;
    });
  }
};
