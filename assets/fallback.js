// Says so when the program itself cannot start: a missing or blocked .wasm file, or a browser without WebAssembly SIMD.
// Once the page stands (#lab), it speaks for itself.
const sayThatItCannotStart = (reason) => {
  if (document.querySelector("#lab") || document.querySelector("#fallback")) return;
  const sentence = document.createElement("p");
  sentence.id = "fallback";
  sentence.setAttribute("role", "alert");
  sentence.textContent = `Headwater could not start (${reason}). It needs a browser of 2023 or later with WebAssembly SIMD, and a server that sends its .wasm files as application/wasm and does not forbid wasm-unsafe-eval.`;
  document.body.append(sentence);
};
addEventListener("error", (event) => sayThatItCannotStart(event.error?.message ?? event.message));
addEventListener("unhandledrejection", (event) => sayThatItCannotStart(event.reason?.message ?? event.reason));
