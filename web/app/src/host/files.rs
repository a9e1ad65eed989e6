//! Files in and out of the page: chosen, dropped or fetched, read piece by piece so that the page stays awake; and saved.

use super::{browser, one_file};
use crate::page_loop::{Event, FileEvent, Post};
use crate::state::Action;
use crate::state::lesson::LessonProblem;
use crate::state::library::{LIST, read_list};
use crate::state::opened::OpenedBy;
use js_sys::{Array, Function, Reflect, Uint8Array};
use protocol::lesson::Lesson;
use protocol::{Weights, WeightsProblem};
use scene::words;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, DragEvent, File, FileList, HtmlAnchorElement, HtmlCanvasElement, ReadableWritablePair, Response, Url,
};

/// So much of a file is read or written at once, bytes: within a few hundredths of a second.
const PIECE: f64 = 262_144.0;

/// Where the page's own files lie; a page that is one file has them inside, or not at all.
const OWN: &str = "assets/";

/// Where a recording comes from.
pub enum Source {
    /// A file that was chosen or dropped.
    File(File),
    /// The address of one.
    Address(String),
}

/// How recordings are opened.
#[derive(Clone, Copy)]
pub struct Way {
    /// Whether what is open stays.
    pub beside: bool,
    /// Who opens them.
    pub by: OpenedBy,
}

/// What is still to be opened, one after the other.
struct Queue {
    /// Counts what took the place of what was open: what waited or was being read then is read no further.
    number: u32,
    waiting: VecDeque<(Source, OpenedBy)>,
    /// Whether somebody is at it.
    is_read: bool,
}

thread_local! {
    static QUEUE: RefCell<Queue> = const { RefCell::new(Queue { number: 0, waiting: VecDeque::new(), is_read: false }) };
}

fn in_queue<T>(what: impl FnOnce(&mut Queue) -> T) -> T {
    QUEUE.with_borrow_mut(what)
}

fn is_latest(number: u32) -> bool {
    in_queue(|queue| queue.number == number)
}

/// Nothing that is being read is read any further, and nothing waits.
pub fn stop() {
    in_queue(|queue| *queue = Queue { number: queue.number + 1, waiting: VecDeque::new(), is_read: false });
}

/// Opens files that were chosen or dropped: weights, and recordings one beside the other.
pub fn open_chosen(files: &FileList, way: Way, post: Post) {
    let files = (0..files.length()).filter_map(|index| files.item(index));
    let (weights, recordings): (Vec<_>, Vec<_>) = files.partition(|file| is_of_weights(&file.name()));
    for file in weights {
        let post = post.clone();
        spawn_local(async move { post(Event::Act(read_weights(&file).await)) });
    }
    if !recordings.is_empty() {
        open(recordings.into_iter().map(Source::File).collect(), way, post);
    }
}

/// Opens recordings, one beside the other.
pub fn open(sources: Vec<Source>, Way { beside, by }: Way, post: Post) {
    if !beside {
        stop();
    }
    post(Event::File(FileEvent::Opens { beside }));
    let (number, was_read) = in_queue(|queue| {
        queue.waiting.extend(sources.into_iter().map(|source| (source, by)));
        (queue.number, std::mem::replace(&mut queue.is_read, true))
    });
    if !was_read {
        spawn_local(read_all(number, beside, post));
    }
}

/// Whether a file is one of weights, by its name; PyTorch's own are told why they are not read.
fn is_of_weights(name: &str) -> bool {
    let name = name.to_lowercase();
    [".safetensors", ".pt", ".pth", ".ckpt"].iter().any(|ending| name.ends_with(ending))
}

/// A file of weights, whole.
async fn read_weights(file: &File) -> Action {
    let bytes = file.size() as u64;
    if bytes > Weights::MOST_BYTES {
        return Action::WeightsUnread(file.name(), WeightsProblem::TooLarge { bytes });
    }
    match JsFuture::from(file.array_buffer()).await {
        Ok(bytes) => {
            Action::OpenWeights(Arc::new(Weights { file: file.name(), bytes: Uint8Array::new(&bytes).to_vec() }))
        }
        Err(_) => Action::WeightsUnread(file.name(), WeightsProblem::Unreadable),
    }
}

/// Reads what waits until nothing does. The first that can be had takes the place of what is open, unless that stays.
async fn read_all(number: u32, mut beside: bool, post: Post) {
    while is_latest(number) {
        let Some((source, by)) = in_queue(|queue| queue.waiting.pop_front()) else {
            in_queue(|queue| queue.is_read = false);
            return;
        };
        let (name, address, file) = match source {
            Source::File(file) => (file.name(), None, Ok(file.into())),
            Source::Address(address) => {
                let path = address.split(['?', '#']).next().unwrap_or_default();
                let name = path.rsplit('/').next().unwrap_or(path).to_owned();
                let file = fetch(&address).await;
                (name, Some(address), file)
            }
        };
        let place = address.clone().unwrap_or_else(|| name.clone());
        let read = match file {
            Ok(file) if is_latest(number) => {
                let bytes = file.size() as u64;
                post(Event::File(FileEvent::Begins { name, address, bytes, beside, by }));
                beside = true;
                read(&file, number, &post).await
            }
            Ok(_) => return,
            Err(error) => Err(error),
        };
        if !is_latest(number) {
            return;
        }
        post(Event::File(match read {
            Ok(()) => FileEvent::Ends { last: in_queue(|queue| queue.waiting.is_empty()) },
            Err(error) => FileEvent::Failed(words::recording_unreachable(&place, &why(&error), is_elsewhere(&place))),
        }));
    }
}

/// Fetches the list of the recordings that come with the page; where it is not there, there is none.
pub fn fetch_list(post: Post) {
    spawn_local(async move {
        let Ok(file) = fetch(LIST).await else { return };
        let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
        post(Event::Act(Action::Listed(read_list(&text.unwrap_or_default()).into())));
    });
}

/// Fetches the file of a lesson.
pub fn fetch_lesson(address: String, post: Post) {
    spawn_local(async move {
        let found = read_lesson(&address).await;
        post(Event::Act(Action::LessonFetched(address, found)));
    });
}

async fn read_lesson(address: &str) -> Result<Rc<Lesson>, LessonProblem> {
    let unreachable =
        |error: JsValue| LessonProblem::Unreachable { why: why(&error), elsewhere: is_elsewhere(address) };
    let file = fetch(address).await.map_err(unreachable)?;
    let bytes = file.size() as u64;
    if bytes > Lesson::MOST_BYTES {
        return Err(LessonProblem::TooLarge(bytes));
    }
    let text = JsFuture::from(file.text()).await.map_err(unreachable)?;
    Lesson::read(&text.as_string().unwrap_or_default()).map(Rc::new).map_err(LessonProblem::Fault)
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

/// Reads a file piece by piece; the error is what the browser says of one that cannot be read.
async fn read(file: &Blob, number: u32, post: &Post) -> Result<(), JsValue> {
    let (mut at, size) = (0.0, file.size());
    while at < size && is_latest(number) {
        let end = (at + PIECE).min(size);
        let bytes = JsFuture::from(file.slice_with_f64_and_f64(at, end)?.array_buffer()).await?;
        at = end;
        if is_latest(number) {
            post(Event::File(FileEvent::Piece(Uint8Array::new(&bytes).to_vec(), at as u64)));
        }
    }
    Ok(())
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

/// Saves lines as a file of this name, `.gz` added where the browser can compress it, where it keeps what is downloaded.
pub fn save(name: String, lines: impl Iterator<Item = String> + 'static) {
    spawn_local(async move {
        let Ok(plain) = written(lines).await else { return };
        match compressed(&plain).await {
            Ok(packed) => download(&format!("{name}.gz"), &packed),
            Err(_) => download(&name, &plain),
        }
    });
}

/// Lines as a file, written piece by piece: a long run is more than the page could hold as text.
async fn written(lines: impl Iterator<Item = String>) -> Result<Blob, JsValue> {
    let (parts, mut lines) = (Array::new(), lines.peekable());
    while lines.peek().is_some() {
        let mut piece = String::new();
        while piece.len() < PIECE as usize
            && let Some(line) = lines.next()
        {
            piece += &line;
        }
        let part = text_file(&piece)?;
        // When the browser has taken it; meanwhile the page does what else there is.
        JsFuture::from(part.slice_with_f64_and_f64(0.0, 1.0)?.array_buffer()).await?;
        parts.push(&part);
    }
    Blob::new_with_blob_sequence(&parts)
}

fn text_file(text: &str) -> Result<Blob, JsValue> {
    Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(text)))
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
    if let Ok(file) = text_file(text) {
        download(name, &file);
    }
}

/// Hands out bytes as a file of this name.
pub fn hand_out_bytes(name: &str, bytes: &[u8]) {
    if let Ok(file) = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes))) {
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
