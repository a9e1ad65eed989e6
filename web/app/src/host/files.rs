//! Files in and out of the page: chosen, dropped or fetched, read piece by piece so that the page stays awake; and saved.

use super::{browser, one_file};
use crate::page_loop::{Event, FileEvent, Post};
use crate::state::Action;
use crate::state::library::{LIST, read_list};
use crate::state::opened::OpenedBy;
use js_sys::{Array, Function, Reflect, Uint8Array};
use scene::words;
use std::cell::Cell;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, DragEvent, FileList, HtmlAnchorElement, HtmlCanvasElement, ReadableWritablePair, Response, Url};

/// So much of a file is read at once, bytes: what it says is taken in within a few hundredths of a second.
const PIECE: f64 = 262_144.0;

/// Where the page's own files lie; a page that is one file has them inside, or not at all.
const OWN: &str = "assets/";

thread_local! {
    /// Counts what was opened: a file that was being read when another one is opened is read no further.
    static OPENED: Cell<u32> = const { Cell::new(0) };
}

fn next() -> u32 {
    OPENED.with(|opened| {
        opened.set(opened.get() + 1);
        opened.get()
    })
}

fn is_latest(number: u32) -> bool {
    OPENED.with(Cell::get) == number
}

/// Nothing that is being read is read any further.
pub fn stop() {
    next();
}

/// Opens files that were chosen or dropped, one beside the other.
pub fn open(files: &FileList, post: Post) {
    let files: Vec<_> = (0..files.length()).filter_map(|index| files.item(index)).collect();
    let number = next();
    post(Event::File(FileEvent::Stopped));
    spawn_local(async move {
        let last = files.len().saturating_sub(1);
        for (index, file) in files.into_iter().enumerate() {
            let how = Way { number, beside: index > 0, by: OpenedBy::Visitor, last: index == last };
            read(&file, file.name(), how, &post).await;
        }
    });
}

/// Opens the recordings at these addresses, one beside the other.
pub fn open_addresses(addresses: Vec<String>, by: OpenedBy, post: Post) {
    let number = next();
    post(Event::File(FileEvent::Stopped));
    spawn_local(async move {
        let mut beside = false;
        for (index, address) in addresses.iter().enumerate() {
            match fetch(address).await {
                Ok(file) => {
                    let path = address.split(['?', '#']).next().unwrap_or_default();
                    let name = path.rsplit('/').next().unwrap_or(path).to_owned();
                    let how = Way { number, beside, by, last: index + 1 == addresses.len() };
                    read(&file, name, how, &post).await;
                    beside = true;
                }
                Err(error) if is_latest(number) => {
                    post(Event::File(FileEvent::Failed(words::recording_unreachable(
                        address,
                        &why(&error),
                        is_elsewhere(address),
                    ))));
                }
                Err(_) => {}
            }
        }
    });
}

/// Fetches the list of the recordings that come with the page; where it is not there, there is none.
pub fn fetch_list(post: Post) {
    spawn_local(async move {
        let Ok(file) = fetch(LIST).await else { return };
        let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
        post(Event::Act(Action::Listed(read_list(&text.unwrap_or_default()).into())));
    });
}

/// The file at that address, or of that name in the page itself; the error is the status, or what the browser says.
async fn fetch(address: &str) -> Result<Blob, JsValue> {
    if let Some(inside) = one_file::read(address) {
        return Blob::new_with_buffer_source_sequence(&Array::of1(&JsFuture::from(inside).await?));
    }
    if one_file::is_one() && address.starts_with(OWN) {
        return Err(js_sys::Error::new(words::not_inside()).into());
    }
    let window = browser::window().ok_or(JsValue::NULL)?;
    let response: Response = JsFuture::from(window.fetch_with_str(address)).await?.unchecked_into();
    if !response.ok() {
        return Err(response.status().into());
    }
    JsFuture::from(response.blob()?).await.map(JsCast::unchecked_into)
}

/// Whether an address is of another site than the page.
fn is_elsewhere(address: &str) -> bool {
    let origin = browser::window().and_then(|window| window.location().origin().ok());
    Url::new(&browser::absolute(address)).is_ok_and(|url| Some(url.origin()) != origin)
}

fn why(error: &JsValue) -> String {
    let status = error.as_f64().map(|status| format!("status {status}"));
    let said = || error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    status.or_else(said).unwrap_or_else(|| "the browser does not say why".to_owned())
}

/// How a file is read.
#[derive(Clone, Copy)]
struct Way {
    /// Which of those that were opened it is.
    number: u32,
    /// Whether what is open stays.
    beside: bool,
    /// Who opened it.
    by: OpenedBy,
    /// Whether no other one follows.
    last: bool,
}

async fn read(file: &Blob, name: String, Way { number, beside, by, last }: Way, post: &Post) {
    let size = file.size();
    if is_latest(number) {
        post(Event::File(FileEvent::Begins { name, bytes: size as u64, beside, by }));
    }
    let mut at = 0.0;
    while at < size && is_latest(number) {
        let end = (at + PIECE).min(size);
        let piece = match file.slice_with_f64_and_f64(at, end) {
            Ok(piece) => JsFuture::from(piece.array_buffer()).await,
            Err(error) => Err(error),
        };
        // A file that vanishes while it is read ends here.
        let Ok(bytes) = piece else { break };
        at = end;
        if is_latest(number) {
            post(Event::File(FileEvent::Piece(Uint8Array::new(&bytes).to_vec(), at as u64)));
        }
    }
    if is_latest(number) {
        post(Event::File(FileEvent::Ends { last }));
    }
}

/// Files that are dropped anywhere on the page are opened.
pub fn accept_drops(open: impl Fn(&FileList) + 'static) {
    let Some(document) = browser::document() else { return };
    // Text that is dragged into a field is none of this.
    let has_files =
        |event: &DragEvent| event.data_transfer().is_some_and(|data| data.types().iter().any(|kind| kind == "Files"));
    let over = Closure::<dyn FnMut(DragEvent)>::new(move |event: DragEvent| {
        if has_files(&event) {
            event.prevent_default();
        }
    });
    let dropped = Closure::<dyn FnMut(DragEvent)>::new(move |event: DragEvent| {
        if !has_files(&event) {
            return;
        }
        event.prevent_default();
        if let Some(files) = event.data_transfer().and_then(|data| data.files()).filter(|files| files.length() > 0) {
            open(&files);
        }
    });
    // A document takes listeners.
    let _added = document.add_event_listener_with_callback("dragover", over.as_ref().unchecked_ref());
    let _added = document.add_event_listener_with_callback("drop", dropped.as_ref().unchecked_ref());
    over.forget();
    dropped.forget();
}

/// Saves a text as a file of this name, `.gz` added where the browser can compress it, where it keeps what is downloaded.
pub fn save(name: String, text: &str) {
    let parts = Array::of1(&JsValue::from_str(text));
    let Ok(plain) = Blob::new_with_str_sequence(&parts) else { return };
    spawn_local(async move {
        match compressed(&plain).await {
            Ok(packed) => download(&format!("{name}.gz"), &packed),
            Err(_) => download(&name, &plain),
        }
    });
}

/// A file as one gzip member.
async fn compressed(file: &Blob) -> Result<Blob, JsValue> {
    // `new CompressionStream("gzip")`, where the browser has it.
    let constructor: Function = Reflect::get(&js_sys::global(), &"CompressionStream".into())?.dyn_into()?;
    let stream = Reflect::construct(&constructor, &Array::of1(&"gzip".into()))?;
    // It has the two ends that are asked for.
    let packed = file.stream().pipe_through(stream.unchecked_ref::<ReadableWritablePair>());
    let response = Response::new_with_opt_readable_stream(Some(&packed))?;
    JsFuture::from(response.blob()?).await.map(JsCast::unchecked_into)
}

/// Hands out a text as a file of this name.
pub fn hand_out(name: &str, text: &str) {
    if let Ok(file) = Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(text))) {
        download(name, &file);
    }
}

/// Hands out what is on a canvas as a PNG of this name.
pub fn hand_out_canvas(name: String, canvas: &HtmlCanvasElement) {
    let made = Closure::once_into_js(move |file: Option<Blob>| {
        if let Some(file) = file {
            download(&name, &file);
        }
    });
    // Refused only where a canvas holds what is another site's.
    let _refused = canvas.to_blob(made.unchecked_ref());
}

fn download(name: &str, file: &Blob) {
    let Ok(address) = Url::create_object_url_with_blob(file) else { return };
    let anchor = browser::document().and_then(|document| document.create_element("a").ok());
    if let Some(anchor) = anchor.and_then(|element| element.dyn_into::<HtmlAnchorElement>().ok()) {
        anchor.set_href(&address);
        anchor.set_download(name);
        anchor.click();
    }
    // The download has begun by then.
    browser::after(60_000, move || {
        let _gone = Url::revoke_object_url(&address);
    });
}
