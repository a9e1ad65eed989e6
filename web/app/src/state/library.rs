//! The recordings that come with the page.

use serde_json::Value;

/// Where the list lies, from the page.
pub const LIST: &str = "assets/recordings/list.json";

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its address, from the page.
    pub address: String,
    /// What it is.
    pub title: String,
    /// What it shows, in one sentence.
    pub about: String,
    /// Its size, bytes.
    pub bytes: u64,
}

/// Reads the list; what is no entry of one is left out.
pub fn read_list(text: &str) -> Vec<Listed> {
    let entry = |value: &Value| {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let folder = LIST.rsplit_once('/').map_or("", |(folder, _)| folder);
        Some(Listed {
            address: format!("{folder}/{}", text("file")?),
            title: text("title")?,
            about: text("about")?,
            bytes: value.get("bytes").and_then(Value::as_u64)?,
        })
    };
    let values: Value = serde_json::from_str(text).unwrap_or_default();
    values.as_array().into_iter().flatten().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_this_version_is_read_and_anything_else_is_no_list() {
        let list = read_list(include_str!("../../../../assets/recordings/list.json"));
        assert!(list.len() >= 10 && list.iter().all(|one| one.address.ends_with(".headwater.jsonl.gz")));
        assert_eq!(
            list.iter().map(|one| one.address.as_str()).next(),
            Some("assets/recordings/first.headwater.jsonl.gz")
        );
        assert!(list.iter().map(|one| one.bytes).sum::<u64>() < 1_500_000);
        assert_eq!([read_list("[{}]"), read_list("<html>")], [vec![], vec![]]);
    }
}
