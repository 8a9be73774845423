//! Licences, bans and sources, from the lists of `deny.toml`.
//!
//! cargo-deny reads the same file; where it is installed it is asked as well.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::{
    command::{self, Failure},
    workspace,
};

/// Where packages may come from, as `cargo metadata` names it.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks every package of the tree, all features and platforms.
pub(crate) fn check() -> Result<(), Failure> {
    let lists = Lists::read(&fs::read_to_string(workspace::path("deny.toml"))?)?;
    let metadata = workspace::metadata(&["--all-features"])?;
    let complaints = complaints(&lists, &metadata, &built()?)?;
    if !complaints.is_empty() {
        return Err(complaints.join("\n  ").into());
    }
    if command::is_installed("cargo-deny") {
        command::run(command::cargo().args(["deny", "check", "bans", "licenses", "sources"]))?;
    } else {
        println!("cargo-deny is not installed; its lists were checked here");
    }
    Ok(())
}

/// What any build on any platform compiles, as `name version`.
///
/// `cargo metadata` also resolves optional dependencies that no feature turns on, so its nodes
/// say too much.
fn built() -> Result<BTreeSet<String>, Failure> {
    let mut tree = command::cargo();
    tree.args(["tree", "--workspace", "--all-features", "--target", "all"]);
    tree.args(["--prefix", "none"]);
    let tree = command::read(&mut tree)?;
    Ok(tree.lines().filter_map(in_tree).collect())
}

/// `name version` from a line such as `serde_derive v1.0.229 (proc-macro)`.
fn in_tree(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let name = words.next()?;
    Some(format!("{name} {}", words.next()?.strip_prefix('v')?))
}

/// The lists of `deny.toml` this check needs.
#[derive(Debug)]
struct Lists {
    licenses: BTreeSet<String>,
    banned: BTreeSet<String>,
}

impl Lists {
    fn read(toml: &str) -> Result<Self, Failure> {
        let licenses = array(toml, "licenses", "allow");
        let banned = array(toml, "bans", "deny");
        if licenses.is_empty() || banned.is_empty() {
            return Err("deny.toml: [licenses] allow and [bans] deny must not be empty".into());
        }
        Ok(Self {
            licenses: licenses.iter().filter_map(|line| quoted(line)).collect(),
            banned: banned
                .iter()
                .filter_map(|line| quoted(line.split_once("crate =")?.1))
                .collect(),
        })
    }
}

/// The lines of an array that is written one item per line.
fn array<'a>(toml: &'a str, section: &str, key: &str) -> Vec<&'a str> {
    toml.lines()
        .skip_while(|line| line.trim() != format!("[{section}]"))
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .skip_while(|line| line.trim() != format!("{key} = ["))
        .skip(1)
        .take_while(|line| line.trim() != "]")
        .collect()
}

/// The first quoted text of a line.
fn quoted(line: &str) -> Option<String> {
    line.split('"').nth(1).map(str::to_owned)
}

/// What is wrong with the tree, one line each.
fn complaints(
    lists: &Lists,
    metadata: &Value,
    used: &BTreeSet<String>,
) -> Result<Vec<String>, Failure> {
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no package")?;
    let mut complaints = Vec::new();
    for package in packages {
        let text = |key: &str| package[key].as_str().unwrap_or_default();
        let name = format!("{} {}", text("name"), text("version"));
        if !used.contains(&name) {
            continue;
        }
        if lists.banned.contains(text("name")) {
            complaints.push(format!("{name} is banned by deny.toml"));
        }
        if package["source"].is_null() {
            continue; // A member of the workspace.
        }
        if text("source") != REGISTRY {
            complaints.push(format!("{name} comes from {}", text("source")));
        }
        let license = match package["license"].as_str() {
            Some(expression) => expression.to_owned(),
            None => recognise(package).unwrap_or_else(|| "no licence".to_owned()),
        };
        if !Expression::new(&license).allowed(&lists.licenses) {
            complaints.push(format!("{name} is under {license}, which deny.toml does not allow"));
        }
    }
    println!("{} packages looked at", used.len());
    Ok(complaints)
}

/// The licence of a package that ships a text in place of an expression.
fn recognise(package: &Value) -> Option<String> {
    let manifest = package["manifest_path"].as_str()?;
    let file = package["license_file"].as_str()?;
    let path = std::path::Path::new(manifest).parent()?.join(file);
    let text = fs::read_to_string(path).ok()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let says = |phrase: &str| text.contains(phrase);
    if says("Permission is hereby granted, free of charge, to any person obtaining a copy") {
        return Some("MIT".to_owned());
    }
    (says("Apache License Version 2.0") && says("END OF TERMS AND CONDITIONS"))
        .then(|| "Apache-2.0".to_owned())
}

/// An SPDX expression, read from left to right: `AND` binds tighter than `OR`.
struct Expression<'a> {
    words: Vec<&'a str>,
    at: usize,
}

impl<'a> Expression<'a> {
    fn new(text: &'a str) -> Self {
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            let mut rest = word;
            while let Some(end) = rest.find(['(', ')', '/']) {
                words.extend(Some(&rest[..end]).filter(|word| !word.is_empty()));
                words.push(&rest[end..=end]);
                rest = &rest[end + 1..];
            }
            words.extend(Some(rest).filter(|word| !word.is_empty()));
        }
        Self { words, at: 0 }
    }

    /// Whether the allowed licences satisfy it; an expression that cannot be read is not satisfied.
    fn allowed(mut self, licenses: &BTreeSet<String>) -> bool {
        self.any_of(licenses) && self.at == self.words.len()
    }

    fn any_of(&mut self, licenses: &BTreeSet<String>) -> bool {
        let mut holds = self.all_of(licenses);
        // The slash is the older spelling of OR.
        while self.take("OR") || self.take("/") {
            holds |= self.all_of(licenses);
        }
        holds
    }

    fn all_of(&mut self, licenses: &BTreeSet<String>) -> bool {
        let mut holds = self.one(licenses);
        while self.take("AND") {
            holds &= self.one(licenses);
        }
        holds
    }

    fn one(&mut self, licenses: &BTreeSet<String>) -> bool {
        if self.take("(") {
            return self.any_of(licenses) & self.take(")");
        }
        let Some(name) = self.words.get(self.at).copied() else {
            return false;
        };
        self.at += 1;
        let mut name = name.to_owned();
        if self.take("WITH") {
            let exception = self.words.get(self.at).copied().unwrap_or_default();
            self.at += 1;
            name = format!("{name} WITH {exception}");
        }
        licenses.contains(&name)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at) == Some(&word);
        self.at += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = "[licenses]\nallow = [\n    \"MIT\",\n    \"ISC\",\n    \"Apache-2.0 WITH LLVM-exception\",\n]\n\
                        [bans]\ndeny = [\n    { crate = \"ring\", reason = \"why\" },\n]\n";

    fn lists() -> Lists {
        Lists::read(TOML).unwrap()
    }

    #[test]
    fn the_lists_are_read_from_the_file_cargo_deny_reads() {
        let lists = lists();
        assert_eq!(lists.licenses.len(), 3);
        assert_eq!(lists.banned, BTreeSet::from(["ring".to_owned()]));
        assert!(Lists::read("[licenses]\n").is_err());
        let ours = Lists::read(&fs::read_to_string(workspace::path("deny.toml")).unwrap()).unwrap();
        for name in ["openssl", "rsa", "ring"] {
            assert!(ours.banned.contains(name), "{name}");
        }
    }

    #[test]
    fn licence_expressions_are_judged_as_written() {
        let table = [
            ("MIT", true),
            ("GPL-3.0", false),
            ("GPL-3.0 OR MIT", true),
            ("MIT/GPL-3.0", true),
            ("GPL-3.0 / ISC", true),
            ("MIT AND GPL-3.0", false),
            ("MIT AND (GPL-3.0 OR ISC)", true),
            ("GPL-3.0 AND MIT OR ISC", true),
            ("(MIT OR GPL-3.0) AND Unicode-3.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("Apache-2.0 WITH GCC-exception-3.1", false),
            ("MIT)", false),
            ("", false),
        ];
        for (expression, expected) in table {
            assert_eq!(
                Expression::new(expression).allowed(&lists().licenses),
                expected,
                "{expression}"
            );
        }
    }

    #[test]
    fn a_banned_crate_a_foreign_source_and_a_strange_licence_are_each_named() {
        let metadata = serde_json::json!({
            "packages": [
                { "name": "ring", "version": "1.0.0", "license": "ISC", "source": REGISTRY },
                { "name": "b", "version": "1.0.0", "license": "MIT", "source": "git+https://example.org" },
                { "name": "c", "version": "1.0.0", "license": "GPL-3.0", "source": REGISTRY },
                { "name": "rsa", "version": "1.0.0", "license": "GPL-3.0", "source": REGISTRY },
                { "name": "own", "version": "1.0.0", "license": null, "source": null },
            ],
        });
        let tree = ["ring v1.0.0", "b v1.0.0 (proc-macro)", "c v1.0.0", "own v1.0.0 (here)"];
        let used = tree.iter().filter_map(|line| in_tree(line)).collect();
        let found = complaints(&lists(), &metadata, &used).unwrap();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("ring 1.0.0 is banned"));
        assert!(found[1].contains("git+https://example.org"));
        assert!(found[2].contains("GPL-3.0"));
    }
}
