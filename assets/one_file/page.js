// Starts the program of a page of one file, whose files stand before this script. Nothing waits for the promise here: if it is
// refused, fallback.js hears so and says it.
(async () => {
  const texts = { packed: {}, plain: {} };
  for (const element of document.querySelectorAll("script[data-file], script[data-recording]")) {
    const { file, recording } = element.dataset;
    if (file === undefined) texts.plain[recording] = element.textContent;
    else texts.packed[file] = element.textContent;
    // The text is kept once.
    element.remove();
  }
  const files = filesOf(texts);
  if (files.trains) {
    // A classic script from a blob: in a sandbox and from a file no browser takes a module from one.
    const program = URL.createObjectURL(new Blob([await files.read("worker.js")], { type: "text/javascript" }));
    /** A worker that has all files of the site. */
    files.worker = () => {
      const worker = new Worker(program);
      worker.postMessage(texts.packed);
      return worker;
    };
  }
  globalThis.headwaterFiles = files;
  await startApp({ module_or_path: await files.read("app_bg.wasm") });
})();
