// Files in and out of a page, for the tests of those.

/** Opens files of these names and bytes, as the file picker does. */
export async function open(lab, files) {
  const list = files.map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]);
  await lab.evaluate((list) => {
    const transfer = new DataTransfer();
    for (const [name, text] of list) {
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    const input = document.querySelector("#open-file");
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, list);
}

/** What a button hands out, once it can be pressed: the file's name and its bytes. */
export async function handedOut(lab, button) {
  await lab.appears(`${button}:not([disabled])`);
  const { name, text } = await lab.evaluate(async (button) => {
    const [made, clicked] = [URL.createObjectURL, HTMLAnchorElement.prototype.click];
    let blob;
    URL.createObjectURL = (file) => made.call(URL, (blob = file));
    const name = await new Promise((done) => {
      HTMLAnchorElement.prototype.click = function () {
        done(this.download);
      };
      document.querySelector(button).click();
    });
    [URL.createObjectURL, HTMLAnchorElement.prototype.click] = [made, clicked];
    let text = "";
    for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
    return { name, text: btoa(text) };
  }, button);
  return { name, bytes: Buffer.from(text, "base64") };
}

/** What a button of the panel that saves hands out. */
export async function saved(lab, button) {
  await lab.click("#save");
  const file = await handedOut(lab, button);
  await lab.disappears("#saving[open]");
  return file;
}
