use serde_json::{Value, json};
use teams_cc_graph::model::{AssignmentCategory, NumberType, ReverseNumberLookupOption};
use teams_cc_graph::request::admin::{
    AssignNumber, GetNumberAssignment, GetNumberOperation, ListNumberAssignments, UnassignNumber,
    UpdateNumber, operation_id,
};

use crate::support::{compare, sent};

#[test]
fn requests_on_numbers_have_their_documented_line_and_body() {
    let n = "/admin/teams/telephoneNumberManagement/numberAssignments";
    let number = "+12065550100";
    compare(vec![
        (
            sent(ListNumberAssignments::new().top(1000).skip(200).into_request()),
            &format!("GET {n}?$top=1000&$skip=200"),
            Value::Null,
        ),
        (sent(GetNumberAssignment::new("Y").into_request()), &format!("GET {n}/Y"), Value::Null),
        (
            sent(
                AssignNumber::new(number, "u1", NumberType::DirectRouting)
                    .assignment_category(AssignmentCategory::Primary)
                    .location_id("l1")
                    .into_request(),
            ),
            &format!("POST {n}/assignNumber"),
            json!({
                "telephoneNumber": number, "assignmentTargetId": "u1",
                "numberType": "directRouting", "assignmentCategory": "primary", "locationId": "l1"
            }),
        ),
        (
            sent(UnassignNumber::new(number, NumberType::CallingPlan).into_request()),
            &format!("POST {n}/unassignNumber"),
            json!({"telephoneNumber": number, "numberType": "callingPlan"}),
        ),
        (
            sent(
                UpdateNumber::new(number)
                    .location_id("")
                    .reverse_number_lookup_options([ReverseNumberLookupOption::SkipInternalVoip])
                    .into_request(),
            ),
            &format!("POST {n}/updateNumber"),
            json!({
                "telephoneNumber": number, "locationId": "",
                "reverseNumberLookupOptions": ["skipInternalVoip"]
            }),
        ),
        (
            sent(GetNumberOperation::new("QXNz").into_request()),
            "GET /admin/teams/telephoneNumberManagement/operations/QXNz",
            Value::Null,
        ),
    ]);
}

#[test]
fn a_number_is_written_with_its_country_code() {
    let fine = |number: &str| {
        AssignNumber::new(number, "u1", NumberType::DirectRouting).into_request().is_ok()
    };
    for number in ["+12065550100", "12065550100", "+12065550100;ext=100"] {
        assert!(fine(number), "{number}");
    }
    for number in ["", "+", "0206", "+1 206 555", "tel:+12065550100", "+12065550100;ext=", "112x"] {
        assert!(!fine(number), "{number}");
    }
    let request = AssignNumber::new("+12065550100", "u1", NumberType::DirectRouting);
    assert!(!format!("{request:?}").contains("2065550100"));
}

#[test]
fn the_id_of_an_order_stands_in_its_location() {
    for (location, wanted) in [
        ("https://graph.microsoft.com/v1.0/admin/x/operations('QXNz')", Some("QXNz")),
        ("/admin/x/operations/QXNz", Some("QXNz")),
        ("/admin/x/operations('')", None),
        ("/admin/x/operations/a/b", None),
        ("/admin/x/operations", None),
        ("", None),
    ] {
        assert_eq!(operation_id(location), wanted, "{location}");
    }
}
