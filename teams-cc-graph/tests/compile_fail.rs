//! Orders that must not be sent do not compile, and the compiler says what to do instead.
//!
//! The messages are those of one compiler, so others are not asked: [`COMPILER`] is the one that
//! the workspace names. `TRYBUILD=overwrite` writes them anew after a change.

use std::{env, process::Command};

/// The compiler whose messages are written down.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn illegal_orders_do_not_compile_and_the_compiler_says_what_to_do() {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("a compiler");
    let version = String::from_utf8_lossy(&version.stdout);
    if !version.starts_with(COMPILER) {
        eprintln!("{} words its messages otherwise: not compared", version.trim());
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
