//! What clients read before they sign in or trust a token: metadata and keys (`OpenID` Connect
//! Discovery 1.0).

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use serde_json::json;

use super::{
    origin,
    problem::{json_response, plain},
    token::{Refusal, tenant_named},
};
use crate::{keys::JWKS, world::World};

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`.
///
/// The addresses in it name the tenant by its id, also where the request named its domain.
pub(crate) fn tenant(world: &mut World, name: &str, request: &Request<Bytes>) -> Response<Bytes> {
    let Some(id) = tenant_named(world, name).map(|tenant| tenant.id.clone()) else {
        return Refusal::unknown_tenant("invalid_tenant").response(world, request);
    };
    let origin = origin(request);
    let base = format!("{origin}/{id}");
    json_response(
        StatusCode::OK,
        &json!({
            "issuer": format!("{base}/v2.0"),
            "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
            "token_endpoint": format!("{base}/oauth2/v2.0/token"),
            "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
            "jwks_uri": format!("{base}/discovery/v2.0/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "tenant_region_scope": "NA",
            "cloud_instance_name": "microsoftonline.com",
            "msgraph_host": origin.rsplit('/').next(),
        }),
    )
}

/// `GET /common/v2.0/.well-known/openid-configuration`: what all tenants share.
pub(crate) fn common(request: &Request<Bytes>) -> Response<Bytes> {
    let base = origin(request);
    json_response(
        StatusCode::OK,
        &json!({
            "issuer": format!("{base}/{{tenantid}}/v2.0"),
            "authorization_endpoint": format!("{base}/common/oauth2/v2.0/authorize"),
            "token_endpoint": format!("{base}/common/oauth2/v2.0/token"),
            "jwks_uri": format!("{base}/common/discovery/v2.0/keys"),
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
    )
}

/// `GET /common/discovery/instance`: whether an authority is one of this cloud.
///
/// Every authority is, as it stands behind the address that was asked.
pub(crate) fn instance(request: &Request<Bytes>) -> Response<Bytes> {
    let query = request.uri().query().unwrap_or_default();
    let asked = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "authorization_endpoint")
        .and_then(|(_, value)| url::Url::parse(&value).ok());
    let tenant = asked.as_ref().and_then(|url| url.path_segments()?.next());
    let Some(tenant) = tenant.filter(|tenant| !tenant.is_empty()) else {
        return json_response(
            StatusCode::BAD_REQUEST,
            &json!({
                "error": "invalid_request",
                "error_description":
                    "AADSTS900144: The request must contain the parameter authorization_endpoint.",
                "error_codes": [900_144],
            }),
        );
    };
    let origin = origin(request);
    let host = origin.rsplit('/').next().unwrap_or_default();
    json_response(
        StatusCode::OK,
        &json!({
            "tenant_discovery_endpoint":
                format!("{origin}/{tenant}/v2.0/.well-known/openid-configuration"),
            "api-version": "1.1",
            "metadata": [{
                "preferred_network": host,
                "preferred_cache": host,
                "aliases": [host],
            }],
        }),
    )
}

/// `GET /v1/.well-known/OpenIdConfiguration`: who signs call notifications.
pub(crate) fn calling(request: &Request<Bytes>) -> Response<Bytes> {
    json_response(
        StatusCode::OK,
        &json!({
            "issuer": "https://api.botframework.com",
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": format!("{}/v1/keys", origin(request)),
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }),
    )
}

/// The public keys; both are always published, as during a rollover.
pub(crate) fn keys() -> Response<Bytes> {
    let mut response = plain(StatusCode::OK);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json; charset=utf-8"),
    );
    *response.body_mut() = Bytes::from_static(JWKS.as_bytes());
    response
}
