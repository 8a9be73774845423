/// The id of an order on a phone number, out of the `Location` that answered it.
///
/// The service writes it as a key in quotes or as a segment of its own.
///
/// ```
/// use teams_cc_graph::request::admin::operation_id;
///
/// let place = "https://graph.microsoft.com/v1.0/admin/teams/telephoneNumberManagement/operations";
/// assert_eq!(operation_id(&format!("{place}('QXNz')")), Some("QXNz"));
/// assert_eq!(operation_id(&format!("{place}/QXNz")), Some("QXNz"));
/// assert_eq!(operation_id(place), None);
/// ```
#[must_use]
pub fn operation_id(location: &str) -> Option<&str> {
    let (_, rest) = location.rsplit_once("/operations")?;
    let id = match rest.strip_prefix('/') {
        Some(id) => id,
        None => rest.strip_prefix("('")?.strip_suffix("')")?,
    };
    (!id.is_empty() && !id.contains('/')).then_some(id)
}
