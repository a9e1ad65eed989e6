//! A run in the program that serves the page: commands out and replies in over a WebSocket. A connection that is lost is taken
//! up again, and what was said meanwhile on either side is not lost with it ([`protocol::socket`] says how).

use super::{Call, Source};
use crate::host::{browser, program};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use protocol::codec::Message;
use protocol::socket::{Closing, PATH, SUBPROTOCOL, Told, Unheard, Visit, subprotocol_of};
use protocol::{Command, Loss, Reply};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

/// The first rest before a lost connection is tried again, and the longest, milliseconds.
const RESTS: (i32, i32) = (250, 4_000);

/// A connection that is lost and not there again after this time, milliseconds, may be so for good.
const GONE: i32 = 7_000;

/// The code of a connection that is closed because it is not needed any more.
const NORMAL: u16 = 1000;

/// A source that the program keeps.
struct Client(Rc<Inner>);

struct Inner {
    token: String,
    visit: RefCell<Visit>,
    unheard: RefCell<Unheard>,
    wire: RefCell<Option<Wire>>,
    /// Whether the program has said that it listens, on this connection.
    is_welcome: Cell<bool>,
    /// Since when the connection is lost, as the page knows.
    parted: Cell<Option<f64>>,
    /// So many replies were said before this connection stood; once they are heard the page has caught up.
    past: Cell<Option<u64>>,
    rest: Cell<i32>,
    say: Box<dyn Fn(Reply)>,
}

/// One connection; it is closed when this is dropped.
struct Wire {
    socket: WebSocket,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

/// A source in the program, the page's `number`th; `say` is called with everything that comes from it.
///
/// # Errors
/// Where the page has no token, or the browser makes no WebSocket.
pub fn launch(say: impl Fn(Reply) + 'static, lane: usize, number: u32, call: Call) -> Result<Box<dyn Source>, JsValue> {
    let token = program::token().ok_or(JsValue::NULL)?;
    let Call { lanes, joins, which, insists } = call;
    let page = program::page_number();
    let visit = Visit { page, lane, source: number, lanes, heard: 0, joins, which, drives: insists };
    let inner = Rc::new(Inner {
        token,
        visit: RefCell::new(visit),
        unheard: RefCell::default(),
        wire: RefCell::default(),
        is_welcome: Cell::default(),
        parted: Cell::default(),
        past: Cell::default(),
        rest: Cell::new(RESTS.0),
        say: Box::new(say),
    });
    inner.connect()?;
    Ok(Box::new(Client(inner)))
}

impl Inner {
    fn connect(self: &Rc<Self>) -> Result<(), JsValue> {
        let address = browser::absolute(&format!("{PATH}?{}", self.visit.borrow()));
        let protocols = Array::of2(&SUBPROTOCOL.into(), &subprotocol_of(&self.token).into());
        let socket = WebSocket::new_with_str_sequence(&address.replacen("http", "ws", 1), &protocols)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let heard = Rc::downgrade(self);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(inner) = heard.upgrade() {
                inner.hear(&event.data());
            }
        });
        let ended = Rc::downgrade(self);
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            if let Some(inner) = ended.upgrade() {
                inner.closed(event.code());
            }
        });
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        self.is_welcome.set(false);
        *self.wire.borrow_mut() = Some(Wire { socket, _on_message: on_message, _on_close: on_close });
        Ok(())
    }

    fn hear(&self, data: &JsValue) {
        if let Some(text) = data.as_string() {
            return match serde_json::from_str(&text) {
                Ok(told) => self.take(told),
                Err(error) => (self.say)(Reply::Lost(Loss::Died(error.to_string()))),
            };
        }
        self.visit.borrow_mut().heard += 1;
        let reply = Reply::decode(&Uint8Array::new(data.unchecked_ref::<ArrayBuffer>()).to_vec());
        (self.say)(reply.unwrap_or_else(|error| Reply::Lost(Loss::Died(error.to_string()))));
        self.tell_caught_up();
    }

    fn tell_caught_up(&self) {
        let heard = self.visit.borrow().heard;
        if self.past.get().is_some_and(|past| heard >= past) {
            self.past.set(None);
            (self.say)(Reply::CaughtUp);
        }
    }

    fn take(&self, told: Told) {
        match told {
            Told::Heard(count) => self.unheard.borrow_mut().heard(count),
            Told::Driving { driven, rests } => (self.say)(Reply::Driving { driven, rests }),
            Told::Welcome { heard, next, past, drives } => {
                // Who takes over does so once.
                self.visit.replace_with(|own| Visit { heard: next, drives: false, ..*own });
                self.unheard.borrow_mut().heard(heard);
                self.is_welcome.set(true);
                self.rest.set(RESTS.0);
                self.parted.set(None);
                self.past.set(Some(past));
                for frame in self.unheard.borrow().frames() {
                    self.put(frame);
                }
                (self.say)(Reply::Joined { drives });
                self.tell_caught_up();
            }
        }
    }

    fn put(&self, frame: &[u8]) {
        if let Some(wire) = self.wire.borrow().as_ref() {
            // What is not sent waits for the next connection; one that ends already would complain.
            if wire.socket.ready_state() == WebSocket::OPEN {
                let _lost = wire.socket.send_with_u8_array(frame);
            }
        }
    }

    fn closed(self: Rc<Self>, code: u16) {
        self.is_welcome.set(false);
        if let Some(closing) = Closing::of(code) {
            return (self.say)(Reply::Closed(closing));
        }
        if self.parted.get().is_none() {
            self.part();
        }
        let rest = self.rest.get();
        self.rest.set((rest * 2).min(RESTS.1));
        let again = Rc::downgrade(&self);
        browser::after(rest, move || try_again(again));
    }
}

impl Inner {
    /// The page hears that the connection is lost, and later that it may be so for good.
    fn part(self: &Rc<Self>) {
        let since = browser::now();
        self.parted.set(Some(since));
        (self.say)(Reply::Parted);
        let later = Rc::downgrade(self);
        browser::after(GONE, move || {
            if let Some(inner) = later.upgrade().filter(|inner| inner.parted.get() == Some(since)) {
                (inner.say)(Reply::Silent);
            }
        });
    }
}

/// Asks whether the program is there, and knows the page, before the connection is taken up again.
fn try_again(inner: Weak<Inner>) {
    program::ask(move |found| {
        let Some(inner) = inner.upgrade() else { return };
        match found {
            Ok(_) => {
                if inner.connect().is_err() {
                    (inner.say)(Reply::Lost(Loss::Unavailable));
                }
            }
            Err(program::Unanswered::Refused) => (inner.say)(Reply::Lost(Loss::Stranger)),
            Err(program::Unanswered::Unreachable) => inner.closed(0),
        }
    });
}

impl Source for Client {
    fn send(&self, command: &Command) {
        let inner = &self.0;
        if *command == Command::Ping && !inner.is_welcome.get() {
            // Nobody can answer; that the connection is lost the page knows.
            let answered = inner.clone();
            return browser::after(0, move || (answered.say)(Reply::Here));
        }
        if let Ok(bytes) = command.encode() {
            if inner.is_welcome.get() {
                inner.put(&bytes);
            }
            inner.unheard.borrow_mut().push(bytes);
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _closed_already = self.socket.close_with_code(NORMAL);
    }
}
