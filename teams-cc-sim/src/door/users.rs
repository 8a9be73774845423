//! Users: one by id or name, or those that a filter finds.

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use super::{
    Answer,
    graph::Asker,
    options::{Options, quoted},
    problem::Problem,
};
use crate::world::{User, World};

/// The most users of one page (Learn: 999; 100 unless asked for).
const LONGEST_PAGE: usize = 999;
/// Any of these permissions lets an app read users.
const READ: [&str; 3] = ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"];

/// `GET /users`.
pub(super) fn list(
    world: &World,
    asker: &Asker,
    request: &Request<Bytes>,
) -> Result<Answer, Problem> {
    permitted(asker)?;
    let options = Options::of(request, &["$select", "$filter", "$top", "$skiptoken"])?;
    let mut found: Vec<Value> = own(world, asker).map(|user| entity(world, user)).collect();
    for condition in options.conditions() {
        let fits = condition_of(condition).ok_or_else(Problem::not_simulated)?;
        found.retain(|user| fits(user));
    }
    let what = format!("users: {}", found.len());
    let page = options.page(request, found, LONGEST_PAGE)?;
    Ok(Answer::json(StatusCode::OK, page, what))
}

/// `GET /users/{id | userPrincipalName}`.
pub(super) fn read(
    world: &World,
    asker: &Asker,
    id: &str,
    request: &Request<Bytes>,
) -> Result<Answer, Problem> {
    permitted(asker)?;
    let options = Options::of(request, &["$select"])?;
    let found = own(world, asker).map(|user| entity(world, user)).find(|user| {
        let named =
            |name: &str| user[name].as_str().is_some_and(|own| own.eq_ignore_ascii_case(id));
        named("id") || named("userPrincipalName")
    });
    let found = found.ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            "There is no such user in this tenant.",
        )
    })?;
    Ok(Answer::json(StatusCode::OK, options.select(found), "users/…"))
}

fn permitted(asker: &Asker) -> Result<(), Problem> {
    if READ.iter().any(|role| asker.may(role)) {
        Ok(())
    } else {
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation: User.Read.All is missing.",
        ))
    }
}

fn own<'a>(world: &'a World, asker: &Asker) -> impl Iterator<Item = &'a User> {
    let tenant = world.setup.tenants.get(asker.tenant).map(|tenant| &tenant.id);
    world.setup.users.iter().filter(move |user| Some(&user.tenant) == tenant)
}

/// What a user has to meet.
type Condition<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

/// `eq` and `startswith` on the properties by which people are looked up.
fn condition_of(condition: &str) -> Option<Condition<'_>> {
    for name in ["id", "userPrincipalName", "mail", "displayName"] {
        if let Some(wanted) = quoted(condition, &format!("{name} eq ")) {
            return Some(Box::new(move |user| {
                user[name].as_str().is_some_and(|own| own.eq_ignore_ascii_case(&wanted))
            }));
        }
        if let Some(wanted) = quoted(condition, &format!("startswith({name},")) {
            let wanted = wanted.to_ascii_lowercase();
            return Some(Box::new(move |user| {
                let own = user[name].as_str().map(str::to_ascii_lowercase);
                own.is_some_and(|own| own.starts_with(&wanted))
            }));
        }
    }
    None
}

fn entity(world: &World, user: &User) -> Value {
    let tenant = world.setup.tenants.iter().find(|tenant| tenant.id == user.tenant);
    let domain = tenant.map_or("", |tenant| &tenant.domain);
    let name = format!("{}@{domain}", user.handle.replace(' ', "."));
    let phones: Vec<_> = user.number.iter().map(teams_cc_core::E164::reveal).collect();
    json!({
        "@odata.type": "#microsoft.graph.user",
        "businessPhones": phones,
        "displayName": user.handle,
        "givenName": null,
        "jobTitle": null,
        "mail": name,
        "mobilePhone": null,
        "officeLocation": null,
        "preferredLanguage": null,
        "surname": null,
        "userPrincipalName": name,
        "id": user.id.as_str(),
    })
}
