//! Rust source told apart: code, comments and strings.

/// What a piece of source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Neither of the others.
    Code,
    /// A comment, its slashes included.
    Comment,
    /// A string, its quotes included.
    Text,
}

/// A piece of source within one line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// The line, from 1.
    pub(super) line: usize,
    /// What it is.
    pub(super) kind: Kind,
    /// The source.
    pub(super) source: &'a str,
}

/// The pieces of a file, in order.
pub(super) fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut line, mut rest) = (1, source);
    let mut code = 0;
    while code < rest.len() {
        let (kind, length) = token(&rest[code..]);
        if kind == Kind::Code {
            code += length;
            continue;
        }
        push(&mut pieces, &mut line, Kind::Code, &rest[..code]);
        push(&mut pieces, &mut line, kind, &rest[code..code + length]);
        rest = &rest[code + length..];
        code = 0;
    }
    push(&mut pieces, &mut line, Kind::Code, rest);
    pieces
}

/// Adds a piece for each line.
fn push<'a>(pieces: &mut Vec<Piece<'a>>, line: &mut usize, kind: Kind, source: &'a str) {
    for (index, source) in source.split('\n').enumerate() {
        *line += usize::from(index > 0);
        if !source.is_empty() {
            pieces.push(Piece { line: *line, kind, source });
        }
    }
}

/// What the source starts with and how long that is, bytes.
fn token(source: &str) -> (Kind, usize) {
    let to = |end: &str, after: usize| source[after..].find(end).map_or(source.len(), |at| after + at + end.len());
    if source.starts_with("//") {
        return (Kind::Comment, source.find('\n').unwrap_or(source.len()));
    }
    if source.starts_with("/*") {
        return (Kind::Comment, to("*/", 2));
    }
    if source.starts_with('"') {
        return (Kind::Text, string(source));
    }
    if source.starts_with('\'') {
        return (Kind::Code, character(source));
    }
    let word = source.find(|c: char| !is_word(c)).unwrap_or(source.len());
    let hashes = source[word..].bytes().take_while(|byte| *byte == b'#').count();
    match &source[..word] {
        "r" | "br" if source[word + hashes..].starts_with('"') => {
            (Kind::Text, to(&format!("\"{}", "#".repeat(hashes)), word + hashes + 1))
        }
        "" => (Kind::Code, source.chars().next().map_or(0, char::len_utf8)),
        _ => (Kind::Code, word),
    }
}

/// The length of a string with escapes.
fn string(source: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in source.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    source.len()
}

/// The length of a character, or 1 for the tick of a lifetime.
fn character(source: &str) -> usize {
    let mut characters = source.char_indices().skip(1);
    let Some((_, first)) = characters.next() else { return 1 };
    if first == '\\' {
        return source[2..].find('\'').filter(|at| *at > 0).map_or(4, |at| at + 3).min(source.len());
    }
    characters.next().filter(|(_, second)| *second == '\'').map_or(1, |(at, _)| at + 1)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The words of a text: letters, digits and underscores.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

/// The source before its unit tests.
pub(super) fn without_tests(source: &str) -> &str {
    source.find("#[cfg(test)]\nmod tests").map_or(source, |at| &source[..at])
}

/// The docs of each item: the line of the first, and the lines without their slashes.
pub(super) fn docs(source: &str) -> Vec<(usize, Vec<&str>)> {
    let mut docs: Vec<(usize, Vec<&str>)> = Vec::new();
    let mut before = 0;
    for (index, line) in source.lines().enumerate() {
        let line = line.trim_start();
        let Some(text) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else { continue };
        match docs.last_mut().filter(|_| before == index) {
            Some((_, lines)) => lines.push(text.trim()),
            None => docs.push((index + 1, vec![text.trim()])),
        }
        before = index + 1;
    }
    docs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_code_are_told_apart() {
        let source = "let a = \"x // \\\" y\"; // z \"q\"\nlet b = r#\"r \" s\"#; let c: &'a u8 = '\"';/* t\nu */ v";
        let found: Vec<_> = pieces(source).into_iter().map(|piece| (piece.line, piece.kind, piece.source)).collect();
        let expected = [
            (1, Kind::Code, "let a = "),
            (1, Kind::Text, "\"x // \\\" y\""),
            (1, Kind::Code, "; "),
            (1, Kind::Comment, "// z \"q\""),
            (2, Kind::Code, "let b = "),
            (2, Kind::Text, "r#\"r \" s\"#"),
            (2, Kind::Code, "; let c: &'a u8 = '\"';"),
            (2, Kind::Comment, "/* t"),
            (3, Kind::Comment, "u */"),
            (3, Kind::Code, " v"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn docs_are_gathered_by_item() {
        let source = "//! File.\n\n/// One.\n///\n/// More.\nfn a() {}\n    /// Two.\n    fn b() {}\n";
        assert_eq!(docs(source), [(1, vec!["File."]), (3, vec!["One.", "", "More."]), (7, vec!["Two."])]);
    }
}
