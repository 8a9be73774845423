//! Permissions as data.

use std::fmt;

/// A Microsoft Graph permission that lets an app make a request.
///
/// Every request lists its own as `REQUIRED_PERMISSIONS`, the least privileged first; one of them
/// suffices. A few need another one besides, which their `ALSO_REQUIRED` lists: one of each group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Permission {
    /// The name to grant, such as `Calls.Initiate.All`.
    pub name: &'static str,
    /// Who acts.
    pub kind: PermissionKind,
}

/// Who acts under a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PermissionKind {
    /// The app itself.
    Application,
    /// The app for a signed-in user.
    Delegated,
    /// The app inside one chat or team (resource-specific consent).
    ResourceSpecific,
}

impl Permission {
    pub(crate) const fn application(name: &'static str) -> Self {
        Self { name, kind: PermissionKind::Application }
    }

    pub(crate) const fn delegated(name: &'static str) -> Self {
        Self { name, kind: PermissionKind::Delegated }
    }

    pub(crate) const fn resource_specific(name: &'static str) -> Self {
        Self { name, kind: PermissionKind::ResourceSpecific }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

pub(crate) const CALLS_INITIATE: Permission = Permission::application("Calls.Initiate.All");
pub(crate) const CALLS_INITIATE_GROUP: Permission =
    Permission::application("Calls.InitiateGroupCall.All");
pub(crate) const CALLS_JOIN_GROUP: Permission = Permission::application("Calls.JoinGroupCall.All");
pub(crate) const CALLS_JOIN_GROUP_AS_GUEST: Permission =
    Permission::application("Calls.JoinGroupCallAsGuest.All");
pub(crate) const CALLS_JOIN_CHAT: Permission =
    Permission::resource_specific("Calls.JoinGroupCalls.Chat");
pub(crate) const CALLS_ACCESS_MEDIA: Permission = Permission::application("Calls.AccessMedia.All");
/// What media that the app hosts needs besides.
pub(crate) const APP_HOSTED: &[&[Permission]] = &[&[CALLS_ACCESS_MEDIA]];
pub(crate) const PRESENCE_READ_ALL: Permission = Permission::application("Presence.Read.All");
pub(crate) const PRESENCE_READ_WRITE_ALL: Permission =
    Permission::application("Presence.ReadWrite.All");
pub(crate) const PRESENCE_READ_ALL_DELEGATED: Permission =
    Permission::delegated("Presence.Read.All");

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// The least application permission that each request below a folder names in words.
    fn least(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                least(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let names = text.split("\n    application: [").skip(1);
            found.extend(names.filter_map(|names| Some(names.split('"').nth(1)?.to_owned())));
        }
    }

    #[test]
    fn the_readme_names_the_least_permission_of_every_request() {
        let readme = include_str!("../README.md");
        let mut names = Vec::new();
        least(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/request"), &mut names);
        assert!(names.len() > 60, "{}", names.len());
        let constants = include_str!("permission.rs").split("Permission::application(\"").skip(1);
        names.extend(constants.filter_map(|name| Some(name.split('"').next()?.to_owned())));
        for name in names.iter().filter(|name| name.contains('.')) {
            assert!(readme.contains(&format!("`{name}`")), "{name}");
        }
    }
}
