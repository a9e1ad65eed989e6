// The files that stand in a page of one file, in the page and in its worker: `headwaterFiles` is made of them, and the two
// programs ask it before the network. Files of the site are one gzip member each; recordings are as they were saved. Both
// are written as base64.

/** What `packed` (files of the site) and `plain` (recordings) hold, text by name. */
function filesOf({ packed, plain }) {
  const bytes = (text) => {
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
    return bytes;
  };
  const unpacked = (text) => {
    // No blob's stream: a worker of a page from a disk cannot read one in WebKit.
    const whole = new ReadableStream({
      start(stream) {
        stream.enqueue(bytes(text));
        stream.close();
      },
    });
    return new Response(whole.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  };
  return {
    /** The names of the recordings, in the order in which they stand. */
    recordings: Object.keys(plain),
    /** Whether the program that trains is among the files. */
    trains: Object.hasOwn(packed, "worker.js"),
    /** A promise of a file's bytes; undefined where there is no such file. */
    read(name) {
      if (Object.hasOwn(packed, name)) return unpacked(packed[name]);
      return Object.hasOwn(plain, name) ? Promise.resolve(bytes(plain[name]).buffer) : undefined;
    },
  };
}
