//! The packages this project promises to stand on are really used.
#![expect(clippy::unwrap_used, reason = "a test that cannot look has failed")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Each package, and the kind of dependency that is enough.
const NAMED: [(&str, Enough); 9] = [
    ("serde", Enough::Published),
    ("reqwest", Enough::Published),
    ("tokio", Enough::Published),
    ("thiserror", Enough::Published),
    ("async-trait", Enough::Published),
    ("url", Enough::Published),
    ("base64", Enough::Published),
    ("rsip", Enough::Published),
    ("wiremock", Enough::AlsoForTests),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Enough {
    /// A normal dependency of a crate that partners add.
    Published,
    /// A dependency of such a crate's tests is enough.
    AlsoForTests,
}

#[test]
fn each_named_package_is_a_direct_dependency_and_named_in_source() {
    let crates = published();
    let mut complaints = Vec::new();
    for (package, enough) in NAMED {
        let users: Vec<&Published> =
            crates.iter().filter(|published| published.depends_on(package, enough)).collect();
        if users.is_empty() {
            complaints.push(format!("{package} is no direct dependency of a published crate"));
        } else if !users.iter().any(|published| published.names(package, enough)) {
            let names: Vec<&str> = users.iter().map(|published| published.name.as_str()).collect();
            complaints.push(format!("{package} is in Cargo.toml of {names:?}, but not in source"));
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn architecture_has_a_row_for_each_named_package() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (package, _) in NAMED {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{package}` |")));
        assert!(row.is_some_and(|row| row.split('|').count() >= 5), "no row for {package}");
    }
}

/// A crate partners can add, with what it depends on.
struct Published {
    name: String,
    directory: PathBuf,
    /// Kinds of each dependency; a normal one is the empty text.
    dependencies: BTreeMap<String, Vec<String>>,
}

impl Published {
    fn depends_on(&self, package: &str, enough: Enough) -> bool {
        self.dependencies.get(package).is_some_and(|kinds| {
            kinds
                .iter()
                .any(|kind| kind.is_empty() || (enough == Enough::AlsoForTests && kind == "dev"))
        })
    }

    /// Whether a source line that is no comment uses the package's path.
    fn names(&self, package: &str, enough: Enough) -> bool {
        let path = format!("{}::", package.replace('-', "_"));
        let mut folders = vec!["src"];
        if enough == Enough::AlsoForTests {
            folders.push("tests");
        }
        folders.iter().flat_map(|folder| sources(&self.directory.join(folder))).any(|file| {
            let text = fs::read_to_string(file).unwrap();
            text.lines().any(|line| !line.trim_start().starts_with("//") && uses(line, &path))
        })
    }
}

/// Whether a line has this path at the beginning of a word.
fn uses(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        !line[..at].ends_with(|before: char| before.is_alphanumeric() || "_:".contains(before))
    })
}

fn published() -> Vec<Published> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut crates = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        // `publish = false` reads as an empty list of registries.
        if package["publish"].as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let mut dependencies: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for dependency in package["dependencies"].as_array().unwrap() {
            let kind = dependency["kind"].as_str().unwrap_or_default().to_owned();
            dependencies.entry(text(dependency, "name")).or_default().push(kind);
        }
        let manifest = PathBuf::from(text(package, "manifest_path"));
        let directory = manifest.parent().unwrap().to_owned();
        crates.push(Published { name: text(package, "name"), directory, dependencies });
    }
    assert!(crates.len() >= 6, "only {} published crates were found", crates.len());
    crates
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap().to_owned()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
