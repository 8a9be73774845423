//! The location of an emergency caller (RFC 6442, RFC 4119 PIDF-LO).

/// Separates the parts of the body.
const BOUNDARY: &str = "sim-boundary";
/// Names the location part; Geolocation refers to it.
pub(crate) const CONTENT_ID: &str = "location@sip.pstnhub.test";

/// The Content-Type of [`body`].
pub(crate) fn content_type() -> String {
    format!("multipart/mixed;boundary={BOUNDARY}")
}

/// A session description and a civic location in one body.
pub(crate) fn body(sdp: &str) -> String {
    format!(
        "--{BOUNDARY}\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n\
         --{BOUNDARY}\r\nContent-Type: application/pidf+xml\r\nContent-ID: <{CONTENT_ID}>\r\n\r\n\
         <?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n\
         <presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"pres:test@contoso.test\">\
         <tuple id=\"t1\"><status>\
         <geopriv xmlns=\"urn:ietf:params:xml:ns:pidf:geopriv10\"><location-info>\
         <civicAddress xmlns=\"urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr\">\
         <country>DE</country><A3>Teststadt</A3><RD>Musterweg</RD><HNO>1</HNO>\
         </civicAddress></location-info></geopriv></status></tuple></presence>\r\n\
         --{BOUNDARY}--\r\n"
    )
}

/// Whether a message carries a location: the header and the part it names.
pub(crate) fn is_located(geolocation: Option<&str>, body: &[u8]) -> bool {
    geolocation.is_some_and(|value| value.contains("cid:"))
        && body.windows(b"<presence".len()).any(|window| window == b"<presence")
}

/// Numbers of the emergency services in this world.
pub(crate) fn is_emergency(number: &str) -> bool {
    matches!(number.trim_start_matches('+'), "112" | "911" | "110" | "999")
}
