use serde_json::json;
use teams_cc_core::TenantId;
use teams_cc_graph::jwt::JwtError;

use crate::support::{TENANT, notification, post, setup, sign};

#[tokio::test(start_paused = true)]
async fn a_tenant_is_served_from_when_it_is_added_until_it_is_removed() {
    let setup = setup();
    let mut claims = setup.claims();
    claims["tid"] = "29362bd4-cd58-4ed0-a206-0e4a33dbb0b6".into();
    let other = sign(&json!({ "alg": "RS256", "kid": "k0" }), &claims, 0);
    // Tenants are compared without regard to case.
    let tenant: TenantId = "29362BD4-CD58-4ED0-A206-0E4A33DBB0B6".parse().expect("an id");
    assert_eq!(setup.status(&other).await, 401, "not a customer yet");
    assert!(setup.intake.add_tenant(&tenant) && !setup.intake.add_tenant(&tenant));
    assert_eq!(setup.status(&other).await, 202);
    assert_eq!(setup.status(&other).await, 202);
    assert_eq!(setup.intake.counts().repeated_tokens, 1, "its token is proven");
    assert!(setup.intake.remove_tenant(&tenant) && !setup.intake.remove_tenant(&tenant));
    assert_eq!(setup.status(&other).await, 401, "a token proven before does not help");
    assert_eq!(setup.intake.counts().refused[&JwtError::WrongTenant], 2);
    assert_eq!(setup.status(&setup.token()).await, 202, "the others go on");
    assert!(setup.intake.remove_tenant(&TENANT.parse().expect("an id")));
    assert_eq!(setup.status(&setup.token()).await, 401);
}

#[tokio::test(start_paused = true)]
async fn a_tenant_removed_while_a_body_is_read_is_served_no_more() {
    let setup = setup();
    let (head, body) = post(&setup.token(), notification().to_string()).into_parts();
    for (is_served, status) in [(true, 202), (false, 401)] {
        let admitted = setup.intake.admit(&head).await.expect("a customer so far");
        if !is_served {
            assert!(setup.intake.remove_tenant(&TENANT.parse().expect("an id")));
        }
        assert_eq!(setup.intake.take(admitted, &head, &body).status(), status);
    }
    assert_eq!(setup.intake.counts().refused[&JwtError::WrongTenant], 1);
}
