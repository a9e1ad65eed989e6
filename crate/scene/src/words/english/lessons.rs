//! Words of the lessons that come from no lesson.

/// Where one is: `Batch norm · 1 of 2`.
pub fn lesson_where(title: &str, step: usize, steps: usize) -> String {
    format!("{title} · {step} of {steps}")
}

/// About how long a step takes.
pub fn takes_about(seconds: u64) -> String {
    match seconds {
        0 | 1 => "Takes about a second.".to_owned(),
        seconds => format!("Takes about {seconds} s."),
    }
}
