//! Page → worker: decodes each message and hands it to the driver; and the worker's messages to itself, its ticks.

use crate::driver::Driver;
use crate::outbox;
use js_sys::Uint8Array;
use protocol::codec::Message;
use protocol::{Command, Failure, Reply};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{MessageChannel, MessageEvent};

/// Starts to listen, for good.
pub fn listen(driver: &Rc<RefCell<Driver>>) {
    let ticking = driver.clone();
    let on_tick = Closure::<dyn FnMut(MessageEvent)>::new(move |_| ticking.borrow_mut().tick());
    if let Ok(channel) = MessageChannel::new() {
        channel.port1().set_onmessage(Some(on_tick.as_ref().unchecked_ref()));
        driver.borrow_mut().tick_by(channel.port2());
    }
    on_tick.forget();

    let commanded = driver.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        match Command::decode(&Uint8Array::new(&event.data()).to_vec()) {
            Ok(command) => Driver::obey(&commanded, command),
            Err(error) => outbox::send(&Reply::Failed(Failure::Internal(error.to_string()))),
        }
    });
    outbox::scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}
