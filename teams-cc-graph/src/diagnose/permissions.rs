//! What a request needs, against what a token grants.

use std::fmt;

use super::Diagnosis;
use crate::{
    auth::Granted,
    permission::{Permission, PermissionKind},
};

/// Says of what is needed what the token holds.
///
/// Permissions of the other kind are left out: no grant to the app helps a signed-in user's token.
/// Where a request has none of the token's kind, it is for the others alone, and those are named.
pub(super) fn compare(
    diagnosis: &mut Diagnosis,
    permissions: &[Permission],
    besides: &[&[Permission]],
    granted: Option<&Granted>,
) {
    diagnosis.permissions = of_its_kind(permissions, granted);
    diagnosis.besides = besides.iter().map(|group| of_its_kind(group, granted)).collect();
    let Some(granted) = granted.filter(|_| !permissions.is_empty()) else { return };
    let mut knows = true;
    for group in std::iter::once(&diagnosis.permissions).chain(&diagnosis.besides) {
        if group.iter().any(|permission| holds(granted, *permission)) {
            continue;
        }
        // What one chat or team granted to an app stands in no token.
        if group.iter().any(|permission| permission.kind == PermissionKind::ResourceSpecific) {
            knows = false;
        } else {
            diagnosis.lacks.extend(group.first());
        }
    }
    diagnosis.holds = (knows || !diagnosis.lacks.is_empty()).then_some(diagnosis.lacks.is_empty());
}

/// Who a token acts for.
fn is_delegated(granted: &Granted) -> bool {
    !granted.scopes.is_empty()
}

fn holds(granted: &Granted, permission: Permission) -> bool {
    (permission.kind == PermissionKind::Delegated) == is_delegated(granted)
        && granted.holds(permission.name)
}

fn of_its_kind(permissions: &[Permission], granted: Option<&Granted>) -> Vec<Permission> {
    let Some(granted) = granted else { return permissions.to_vec() };
    let delegated = is_delegated(granted);
    let fits = |one: &&Permission| (one.kind == PermissionKind::Delegated) == delegated;
    let fitting: Vec<_> = permissions.iter().filter(fits).copied().collect();
    if fitting.is_empty() { permissions.to_vec() } else { fitting }
}

/// Says what is lacking and what would do, each name once.
pub(super) fn tell(diagnosis: &Diagnosis, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for permission in &diagnosis.lacks {
        write!(f, "; the token lacks {}", words(&[*permission]))?;
    }
    for group in std::iter::once(&diagnosis.permissions).chain(&diagnosis.besides) {
        // What is lacking was just named; what would do as well was not.
        let named = |one: &Permission| diagnosis.lacks.iter().any(|lack| lack.name == one.name);
        let others: Vec<_> = group.iter().filter(|one| !named(one)).copied().collect();
        if others.is_empty() {
            continue;
        }
        if others.len() < group.len() {
            write!(f, ", for which {} would do", words(&others))?;
        } else if diagnosis.lacks.is_empty() {
            // Where something else is lacking, the token holds one of these.
            write!(f, "; it takes {}", words(&others))?;
        }
    }
    Ok(())
}

/// Permissions by name, each once, with who acts where that is not the app.
fn words(permissions: &[Permission]) -> String {
    let mut words: Vec<String> = Vec::new();
    for (nth, permission) in permissions.iter().enumerate() {
        let same = |other: &&Permission| other.name == permission.name;
        if permissions.iter().take(nth).any(|other| same(&other)) {
            continue;
        }
        let kinds = || permissions.iter().filter(same).map(|other| other.kind);
        let who = match permission.kind {
            _ if kinds().any(|kind| kind == PermissionKind::Application) => "",
            PermissionKind::Delegated => " of a signed-in user",
            _ => " of one chat or team",
        };
        words.push(format!("{}{who}", permission.name));
    }
    words.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::row;

    const APP: [Permission; 2] =
        [Permission::application("Chat.Read.All"), Permission::application("Chat.ReadWrite.All")];
    const USER: [Permission; 2] =
        [Permission::delegated("Chat.Read"), Permission::delegated("Chat.Read.All")];
    const ONE_CHAT: Permission = Permission::resource_specific("ChatMessage.Read.Chat");

    fn diagnosis(
        permissions: &[Permission],
        besides: &[&[Permission]],
        granted: Option<(&[&str], &[&str])>,
    ) -> Diagnosis {
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let granted = granted.map(|(roles, scopes)| Granted {
            roles: texts(roles),
            scopes: texts(scopes),
            ..Granted::default()
        });
        let mut diagnosis = row("403", "refused", "grant it");
        compare(&mut diagnosis, permissions, besides, granted.as_ref());
        diagnosis
    }

    /// Pain 3. Pain 5.
    #[test]
    fn a_token_is_compared_with_permissions_of_its_own_kind() {
        let all = [APP[0], APP[1], USER[0], USER[1]];
        for (roles, scopes, holds, lacks, words) in [
            (
                &["User.Read.All"][..],
                &[][..],
                Some(false),
                Some(APP[0]),
                "; the token lacks Chat.Read.All, for which Chat.ReadWrite.All would do",
            ),
            (
                &[],
                &["User.Read"],
                Some(false),
                Some(USER[0]),
                "; the token lacks Chat.Read of a signed-in user, for which Chat.Read.All of a \
                 signed-in user would do",
            ),
            (&["Chat.ReadWrite.All"], &[], Some(true), None, ""),
            (&[], &["chat.read"], Some(true), None, ""),
        ] {
            let told = diagnosis(&all, &[], Some((roles, scopes)));
            assert_eq!((told.holds, told.missing()), (holds, lacks), "{roles:?} {scopes:?}");
            assert!(words.is_empty() || told.to_string().ends_with(words), "{told}");
        }
        let unknown = diagnosis(&all, &[], None);
        assert_eq!((unknown.holds, unknown.missing()), (None, None));
        let words =
            "; it takes Chat.Read.All or Chat.ReadWrite.All or Chat.Read of a signed-in user";
        assert!(unknown.to_string().ends_with(words), "each name once: {unknown}");
    }

    /// Pain 3.
    #[test]
    fn a_request_that_takes_two_permissions_says_which_of_them_is_missing() {
        let besides: &[&[Permission]] = &[&[Permission::application("Application.Read.All")]];
        let of = |roles: &[&str]| diagnosis(&APP, besides, Some((roles, &[])));
        let names = |told: &Diagnosis| told.lacks.iter().map(|it| it.name).collect::<Vec<_>>();
        let told = of(&["Chat.Read.All"]);
        assert_eq!(names(&told), ["Application.Read.All"]);
        assert!(told.to_string().ends_with("; the token lacks Application.Read.All"), "{told}");
        assert_eq!(names(&of(&[])), ["Chat.Read.All", "Application.Read.All"]);
        assert_eq!(of(&["Chat.Read.All", "Application.Read.All"]).holds, Some(true));
        let unknown = diagnosis(&APP[..1], besides, None).to_string();
        let words = "; it takes Chat.Read.All; it takes Application.Read.All";
        assert!(unknown.ends_with(words), "{unknown}");
    }

    #[test]
    fn what_one_chat_granted_stands_in_no_token() {
        let told = diagnosis(&[APP[0], ONE_CHAT], &[], Some((&["User.Read.All"], &[])));
        assert_eq!((told.holds, told.missing()), (None, None));
        let words = "; it takes Chat.Read.All or ChatMessage.Read.Chat of one chat or team";
        assert!(told.to_string().ends_with(words), "{told}");
        let told = diagnosis(&[APP[0], ONE_CHAT], &[], Some((&["Chat.Read.All"], &[])));
        assert_eq!(told.holds, Some(true), "another one stands there");
    }

    #[test]
    fn a_request_for_users_alone_says_so_to_an_app() {
        let told = diagnosis(&USER[..1], &[], Some((&["Chat.Read.All", "Chat.Read"], &[])));
        assert_eq!(told.missing(), Some(USER[0]), "a role of that name does not do");
        let words = "; the token lacks Chat.Read of a signed-in user";
        assert!(told.to_string().ends_with(words), "{told}");
    }
}
