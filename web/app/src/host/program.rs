//! The program that serves the page (`headwater serve`): the token in the page's address, and what the program says of itself.

use super::browser;
use protocol::socket::{Here, PATH};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Headers, RequestInit, Response};

/// The status of an answer to somebody without the right token.
const UNAUTHORIZED: u16 = 401;

/// What the program puts into the page that it serves.
const SERVED: &str = "meta[name=headwater-serve]";

/// Why the program did not say what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// It does not know the token.
    Refused,
    /// Nobody answers.
    Unreachable,
}

/// The token in the fragment of the page's address, `#token=…`; only pages of the program have one.
pub fn token() -> Option<String> {
    let hash = browser::window()?.location().hash().ok()?;
    hash.strip_prefix("#token=").map(str::to_owned).filter(|token| !token.is_empty())
}

/// Whether the program serves the page, with or without a token.
pub fn serves() -> bool {
    browser::document().is_some_and(|document| document.query_selector(SERVED).is_ok_and(|found| found.is_some()))
}

/// Loads the page again once its address has another token: that alone leads nowhere else.
pub fn follow_token() {
    let now = token();
    browser::on_fragment(move || {
        let next = token();
        if next.is_some() && next != now {
            browser::reload();
        }
    });
}

thread_local! {
    static PAGE: u64 = (js_sys::Math::random() * 9_007_199_254_740_992.0) as u64;
}

/// The number by which the program tells this page from others.
pub fn page_number() -> u64 {
    PAGE.with(|page| *page)
}

/// Asks the program what it has.
pub fn ask(then: impl FnOnce(Result<Here, Unanswered>) + 'static) {
    spawn_local(async move { then(fetch().await) });
}

async fn fetch() -> Result<Here, Unanswered> {
    let unreachable = |_: JsValue| Unanswered::Unreachable;
    let window = browser::window().ok_or(Unanswered::Unreachable)?;
    let headers = Headers::new().map_err(unreachable)?;
    let token = token().ok_or(Unanswered::Refused)?;
    headers.set("authorization", &format!("Bearer {token}")).map_err(unreachable)?;
    let request = RequestInit::new();
    request.set_headers(&headers);
    let asked = window.fetch_with_str_and_init(&browser::absolute(PATH), &request);
    let response: Response = JsFuture::from(asked).await.map_err(unreachable)?.unchecked_into();
    match response.status() {
        UNAUTHORIZED => return Err(Unanswered::Refused),
        200 => {}
        _ => return Err(Unanswered::Unreachable),
    }
    let text = JsFuture::from(response.text().map_err(unreachable)?).await.map_err(unreachable)?;
    serde_json::from_str(&text.as_string().unwrap_or_default()).map_err(|_| Unanswered::Unreachable)
}
