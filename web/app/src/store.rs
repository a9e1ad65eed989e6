//! What the components hold: the state as it was last published, and the way into the page's loop.

use crate::host::files::{self, Way};
use crate::page_loop::{Event, Page};
use crate::state::opened::OpenedBy;
use crate::state::shared::Shared;
use crate::state::{Action, State};
use protocol::Place;
use scene::Chart;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use web_sys::{Element, FileList, HtmlCanvasElement};
use yew::Callback;

/// The page's one store.
pub struct Store {
    page: RefCell<Page>,
    /// What has happened and is not yet handled.
    waiting: RefCell<VecDeque<Event>>,
    published: RefCell<Shared<State>>,
    listener: RefCell<Option<Callback<Shared<State>>>>,
}

impl Store {
    /// The store of a page in this state; nothing has been launched yet.
    pub fn new(state: State) -> Rc<Self> {
        Rc::new_cyclic(|store: &Weak<Self>| {
            let store = store.clone();
            let post = Rc::new(move |event| {
                if let Some(store) = store.upgrade() {
                    store.post(event);
                }
            });
            let page = Page::new(state, post);
            Self {
                published: RefCell::new(page.state()),
                page: RefCell::new(page),
                waiting: RefCell::new(VecDeque::new()),
                listener: RefCell::new(None),
            }
        })
    }

    /// The state after the last event.
    pub fn state(&self) -> Shared<State> {
        self.published.borrow().clone()
    }

    /// Who is told of every new state.
    pub fn listen(&self, listener: Callback<Shared<State>>) {
        *self.listener.borrow_mut() = Some(listener);
    }

    /// A visitor or an embedding page asks for something.
    pub fn act(&self, action: Action) {
        self.post(Event::Act(action));
    }

    /// Back or Forward has led to an entry of the history that remembers these settings.
    pub fn travelled(&self, to: String) {
        self.post(Event::Travelled(to));
    }

    /// The page is about to be printed, or was.
    pub fn prints(&self, paper: bool) {
        self.post(Event::Paper(paper));
    }

    /// Files were chosen or dropped: they are opened.
    pub fn open(self: &Rc<Self>, files: &FileList) {
        let store = Rc::downgrade(self);
        let post = Rc::new(move |event| {
            if let Some(store) = store.upgrade() {
                store.post(event);
            }
        });
        let way = Way { beside: self.state().adds(), by: OpenedBy::Visitor };
        files::open_chosen(files, way, post);
    }

    /// A component has put up a chart's elements.
    pub fn mount(&self, chart: Chart, svg: Element, canvas: Option<HtmlCanvasElement>) {
        self.post(Event::Mounted(chart, svg, canvas));
    }

    /// A component has taken a chart's elements down.
    pub fn unmount(&self, chart: Chart) {
        self.post(Event::Unmounted(chart));
    }

    /// A chart has this width and height, px.
    pub fn resized(&self, chart: Chart, width: f64, height: f64) {
        self.post(Event::Resized(chart, width, height));
    }

    /// What the depth profile shows at `x` px from its left edge.
    pub fn profile_place_at(&self, x: f64) -> Option<Place> {
        self.page.try_borrow().ok()?.profile_place_at(x)
    }

    /// Something happened: the loop handles it, and whatever happens meanwhile, in order.
    fn post(&self, event: Event) {
        self.waiting.borrow_mut().push_back(event);
        // Who is at it handles this one too.
        let Ok(mut page) = self.page.try_borrow_mut() else { return };
        while let Some(event) = self.next() {
            page.handle(event);
        }
        let state = page.state();
        drop(page);
        self.publish(state);
    }

    fn next(&self) -> Option<Event> {
        self.waiting.borrow_mut().pop_front()
    }

    fn publish(&self, state: Shared<State>) {
        if *self.published.borrow() == state {
            return;
        }
        *self.published.borrow_mut() = state.clone();
        let listener = self.listener.borrow().clone();
        if let Some(listener) = listener {
            listener.emit(state);
        }
    }
}
