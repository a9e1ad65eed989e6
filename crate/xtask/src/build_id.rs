//! The name of one build of the page. The page and its worker both carry it and compare it when they meet.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The short commit; after it, when the tree differs from the commit, eight hex digits of what differs; `dev` outside
/// git.
pub fn build_id(root: &Path) -> String {
    let Some(commit) = git(root, &["rev-parse", "--short", "HEAD"]) else {
        return "dev".to_owned();
    };
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let mut changes = git(root, &["diff", "HEAD"]).unwrap_or_default();
    let untracked = git(root, &["ls-files", "-z", "--others", "--exclude-standard"]).unwrap_or_default();
    for name in untracked.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        changes.extend(name);
        changes.extend(fs::read(root.join(&*String::from_utf8_lossy(name))).unwrap_or_default());
    }
    if changes.is_empty() { commit } else { format!("{commit}-{:08x}", fnv1a(&changes)) }
}

fn git(root: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let answer = Command::new("git").current_dir(root).args(arguments).stderr(Stdio::null()).output().ok()?;
    answer.status.success().then_some(answer.stdout)
}

/// FNV-1a with 32 bits: it only has to tell one state of the sources, or one build, from the next.
pub fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv1a() {
        assert_eq!(fnv1a(b""), 0x811c_9dc5);
        assert_eq!(fnv1a(b"foobar"), 0xbf9c_f968);
    }

    #[test]
    fn a_folder_outside_git_is_dev_and_a_changed_tree_is_told_apart() {
        let root = std::env::temp_dir().join(format!("headwater-build-id-{}", std::process::id()));
        fs::create_dir_all(&root).expect("a folder for the test");
        assert_eq!(build_id(&root), "dev");
        let _ = git(&root, &["init", "-q"]);
        let author = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
        let commit = git(&root, &[&author[..], &["commit", "-q", "--allow-empty", "-m", "first"]].concat());
        if commit.is_some() {
            let clean = build_id(&root);
            fs::write(root.join("new.rs"), "1").expect("a new file");
            let one = build_id(&root);
            fs::write(root.join("new.rs"), "2").expect("a changed file");
            let two = build_id(&root);
            assert!(
                one.starts_with(&format!("{clean}-")) && two.starts_with(&format!("{clean}-")),
                "{clean} {one} {two}"
            );
            assert_ne!(one, two);
        }
        fs::remove_dir_all(&root).expect("the folder goes");
    }
}
