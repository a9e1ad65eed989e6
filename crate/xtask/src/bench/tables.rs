//! The tables of `docs/performance.md`: below each heading that names a bench stands what that bench said last.

use super::Row;

/// The page with the table below each such heading replaced; a bench that did not run keeps its old table.
pub fn refresh(page: &str, rows: &[Row]) -> String {
    let mut refreshed = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        refreshed += &format!("{line}\n");
        let Some(heading) = line.strip_prefix("## ") else { continue };
        let own: Vec<_> = rows.iter().filter(|row| row.bench.eq_ignore_ascii_case(heading)).collect();
        let Some(first) = own.first() else { continue };
        while let Some(text) = lines.next_if(|line| !line.starts_with("| ") && !line.starts_with("## ")) {
            refreshed += &format!("{text}\n");
        }
        while lines.next_if(|line| line.starts_with('|')).is_some() {}
        refreshed += &format!("| case | this, {0} | other, {0} | ratio |\n|---|---|---|---|\n", first.unit);
        for Row { case, this, other, .. } in own {
            refreshed += &format!("| {case} | {this:.1} | {other:.1} | {:.2} |\n", this / other);
        }
    }
    refreshed
}

#[cfg(test)]
mod tests {
    use super::{Row, refresh};

    #[test]
    fn a_table_is_replaced_below_its_heading_alone() {
        let row = |case: &str, this| Row { bench: "step, ours", case: case.into(), this, other: 4.0, unit: "ms" };
        let page = "# T\n\n## Step, ours\n\nWords.\n\n| case |\n|---|\n| old |\n\nMore.\n\n## Other\n\n| keep |\n";
        let table = "| case | this, ms | other, ms | ratio |\n|---|---|---|---|\n| a | 1.0 | 4.0 | 0.25 |\n| b | 2.0 | 4.0 | 0.50 |\n";
        let expected = format!("# T\n\n## Step, ours\n\nWords.\n\n{table}\nMore.\n\n## Other\n\n| keep |\n");
        assert_eq!(refresh(page, &[row("a", 1.0), row("b", 2.0)]), expected);
        assert_eq!(refresh(page, &[]), page);
    }
}
