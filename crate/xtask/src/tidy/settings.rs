//! The README's tables of settings are those of the program's own table.

use super::repository::{Finding, Repository};
use super::tables::rows;
use protocol::setting::{Entry, Scope, entries};
use protocol::{PageSetting, Reason};
use scene::words::{accepted, setting_words};

/// The README.
pub(super) const README: &str = "README.md";

/// A table of the README: its heading and its rows, as they should be.
pub(super) struct SettingsTable {
    /// The heading above it.
    pub(super) heading: &'static str,
    /// A row for each setting.
    pub(super) rows: Vec<String>,
}

/// The tables as the program's own table has them: what a URL takes, and what only the program takes.
pub(super) fn tables() -> Vec<SettingsTable> {
    let mut keys = SettingsTable { heading: "### URL keys", rows: Vec::new() };
    let mut flags = SettingsTable { heading: "### Flags of the program alone", rows: Vec::new() };
    for Entry { id, name, scope, live, accepts, default, .. } in entries() {
        let (Some(id), Some(accepts)) = (id, accepts) else { continue };
        let explanation = setting_words(id).explanation;
        let accepted = match accepted(&accepts) {
            words if words.is_empty() && id == PageSetting::Lesson.into() => "a lesson of the page".to_owned(),
            words if words.is_empty() => "a block of the network".to_owned(),
            words => words,
        };
        let live = if live { " (live)" } else { "" };
        let default = if default.is_empty() { "–".to_owned() } else { format!("`{default}`") };
        match scope {
            Scope::Program => {
                // On the command line it stands alone.
                let accepted = if accepts == Reason::Flag { "no value" } else { &accepted };
                flags.rows.push(format!("| `--{}` | {explanation} | {accepted} |", name.replace('_', "-")));
            }
            _ => keys.rows.push(format!("| `{name}` | {explanation}{live} | {accepted} | {default} |")),
        }
    }
    vec![keys, flags]
}

/// Settings that the README lacks or describes otherwise, and rows that are no setting.
pub(super) fn documented(repository: &Repository) -> Vec<Finding> {
    repository.settings.iter().flat_map(|table| differences(repository.text(README), table)).collect()
}

fn differences(text: &str, table: &SettingsTable) -> Vec<Finding> {
    let found = rows(text, table.heading);
    let missing = table.rows.iter().filter(|row| !found.iter().any(|(_, found)| found == row));
    let missing = missing.map(|row| Finding::at(README, 0, format!("\"{}\" lacks the row {row}", table.heading)));
    let extra = found.iter().filter(|(_, row)| !table.rows.iter().any(|wanted| wanted == row));
    missing
        .chain(extra.map(|(line, row)| Finding::at(README, *line, format!("the table of settings has no row {row}"))))
        .collect()
}

/// The README with these tables' rows.
pub(super) fn with_tables(text: &str, tables: &[SettingsTable]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for table in tables {
        let Some(heading) = lines.iter().position(|line| line == table.heading) else { continue };
        let Some(start) = lines.iter().skip(heading).position(|line| line.starts_with("|---")) else { continue };
        let first = heading + start + 1;
        let count = lines.iter().skip(first).take_while(|line| line.starts_with('|')).count();
        lines.splice(first..first + count, table.rows.iter().cloned());
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    const PAGE: &str = "### A\n\n| key | is |\n|---|---|\n| `model` | the network |\n| `old` | |\n\nEnd.\n";

    fn table() -> SettingsTable {
        SettingsTable { heading: "### A", rows: vec!["| `model` | the network |".into(), "| `planted` | |".into()] }
    }

    #[test]
    fn an_undocumented_setting_and_a_row_of_none_are_found() {
        let mut repository = planted(&[(README, PAGE)]);
        repository.settings = vec![table()];
        let found: Vec<_> = documented(&repository).iter().map(Finding::to_string).collect();
        let expected = [
            "README.md: \"### A\" lacks the row | `planted` | |",
            "README.md:6: the table of settings has no row | `old` | |",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_rows_are_written_and_the_text_stays() {
        let mended = with_tables(PAGE, &[table()]);
        assert_eq!(mended, PAGE.replace("| `old` | |", "| `planted` | |"));
        assert_eq!(with_tables(&mended, &[table()]), mended);
    }

    #[test]
    fn every_setting_has_a_row() {
        let rows: Vec<_> = tables().into_iter().flat_map(|table| table.rows).collect();
        assert!(rows.iter().any(|row| row.starts_with("| `lr` | learning rate of SGD (live) |")), "{rows:?}");
        assert!(rows.iter().any(|row| row.starts_with("| `--threads` |")), "{rows:?}");
        assert!(rows.iter().any(|row| row.starts_with("| `--json` |") && row.ends_with("| no value |")), "{rows:?}");
        assert!(rows.iter().any(|row| row.starts_with("| `play` |") && row.contains("| 0 or 1 |")), "{rows:?}");
    }
}
