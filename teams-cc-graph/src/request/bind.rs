//! Links in bodies to what is there already (`@odata.bind`).

use super::query::push_encoded;

/// The absolute link of a user, by object id or principal name.
pub(crate) fn user(root: &str, id: &str) -> String {
    let mut link = format!("{root}/users('");
    push_encoded(&mut link, &id.replace('\'', "''"), b"'@");
    link.push_str("')");
    link
}

/// The absolute link of an app of the catalog.
pub(crate) fn teams_app(root: &str, id: &str) -> String {
    let mut link = format!("{root}/appCatalogs/teamsApps/");
    push_encoded(&mut link, id, &[]);
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_any_name() {
        let root = "https://graph.microsoft.com/v1.0";
        for (id, wanted) in [
            ("agent-1", "/users('agent-1')"),
            ("o'neil@contoso.com", "/users('o''neil@contoso.com')"),
            ("a_x.com#EXT#@c.com", "/users('a_x.com%23EXT%23@c.com')"),
        ] {
            assert_eq!(user(root, id), format!("{root}{wanted}"));
        }
        assert_eq!(teams_app(root, "a/b"), format!("{root}/appCatalogs/teamsApps/a%2Fb"));
    }
}
