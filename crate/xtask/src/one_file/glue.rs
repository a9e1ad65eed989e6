//! A classic script of wasm-bindgen's module (`--target web`): a page of one file has no address that a module could be loaded
//! from, and a worker from a blob may be no module.

use anyhow::{Result, ensure};

/// The last line of such a module.
const EXPORTS: &str = "export { initSync, __wbg_init as default };";

/// A script that does the same and calls the function that starts the program `name`. What the module reads of its own address
/// is empty: the start scripts say where the program is.
///
/// # Errors
/// If the module is not written as this version of wasm-bindgen writes it.
pub fn classic(module: &str, name: &str) -> Result<String> {
    let body = module.trim_end().strip_suffix(EXPORTS);
    ensure!(body.is_some(), "the module of a program does not end in `{EXPORTS}`");
    let body = body.unwrap_or_default().replace("import.meta", "({ url: \"\" })");
    let is_of_a_module = |line: &&str| ["import ", "import{", "export "].iter().any(|word| line.starts_with(word));
    let left = body.lines().find(is_of_a_module);
    ensure!(left.is_none(), "no classic script has `{}`", left.unwrap_or_default());
    Ok(format!("const {name} = (() => {{\n\"use strict\";\n{body}\nreturn __wbg_init;\n}})();\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_becomes_a_function_that_starts_it() {
        let module = format!("let wasm;\nfunction __wbg_init(at = import.meta.url) {{}}\n{EXPORTS}\n");
        let script = classic(&module, "start").expect("a script");
        assert!(script.starts_with("const start = (() => {\n\"use strict\";\nlet wasm;\n"), "{script}");
        assert!(script.ends_with("return __wbg_init;\n})();\n"), "{script}");
        assert!(!script.contains("import") && !script.contains("export"), "{script}");
    }

    #[test]
    fn what_is_written_otherwise_is_refused() {
        assert!(classic("let wasm;", "start").is_err());
        assert!(classic(&format!("import * as a from './a.js';\n{EXPORTS}"), "start").is_err());
        assert!(classic(&format!("export class A {{}}\n{EXPORTS}"), "start").is_err());
    }
}
