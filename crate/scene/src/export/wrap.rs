//! Words in lines, for drawings: SVG breaks none.

/// Words in lines of this many letters at most, with something `between` them, and `more` at the end of each line but the last.
/// A word that is longer than a line is cut.
pub fn wrapped<'a>(words: impl Iterator<Item = &'a str>, most: usize, between: &str, more: &str) -> Vec<String> {
    let (mut lines, mut line, mut length) = (Vec::new(), String::new(), 0);
    for word in words {
        if length > 0 && length + between.chars().count() + word.chars().count() > most {
            lines.push(format!("{line} {more}").trim_end().to_owned());
            (line, length) = (String::new(), 0);
        } else if length > 0 {
            line.push_str(between);
            length += between.chars().count();
        }
        for letter in word.chars() {
            if length >= most {
                lines.push(format!("{line}{more}"));
                (line, length) = (String::new(), 0);
            }
            line.push(letter);
            length += 1;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_within_what_is_longer_than_a_line() {
        let of = |text: &str, more: &str| wrapped(text.split(' '), 8, " ", more);
        assert_eq!(of("one two three", ""), ["one two", "three"]);
        assert_eq!(of("one two three", "\\"), ["one two \\", "three"]);
        assert_eq!(of("a abcdefghijk b", "\\"), ["a \\", "abcdefgh\\", "ijk b"]);
        assert_eq!(of("12345678 9", ""), ["12345678", "9"]);
        assert_eq!(wrapped("a b · c · d".split(" · "), 8, " · ", ""), ["a b · c", "d"]);
    }
}
