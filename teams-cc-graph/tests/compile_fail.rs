//! Orders that must not be sent do not compile, and say why.
//!
//! The messages are those of the toolchain that the workspace names; `TRYBUILD=overwrite` writes
//! them anew after a change.

#[test]
fn illegal_orders_do_not_compile_and_the_compiler_says_what_to_do() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
