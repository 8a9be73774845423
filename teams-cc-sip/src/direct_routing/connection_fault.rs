//! Why a connection to a peer is not there, in words that say whose certificate is wrong.

use std::{fmt, io};

use rustls::{AlertDescription as Alert, CertificateError as Certificate, Error as Tls};

/// What stands between us and a peer.
///
/// The first half is what we found wrong with the peer, the second what the peer found wrong
/// with us; a TLS library tells the two apart by nothing but a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionFault {
    /// The name leads to no address.
    NoAddress,
    /// Nobody listens at the address, or a firewall says no.
    Refused,
    /// Nothing came back in time.
    TimedOut,
    /// The peer ended the connection before it was of use.
    Closed,
    /// We trust no authority that the peer's certificate leads to.
    TheirAuthorityUnknown,
    /// The peer's certificate proves another name.
    TheirNameDiffers,
    /// The peer's certificate has expired or is not valid yet.
    TheirCertificateExpired,
    /// The peer's certificate is not meant for this use, or is broken.
    TheirCertificateUnfit,
    /// The peer wants a certificate and we have shown none.
    OurCertificateMissing,
    /// The peer trusts no authority that our certificate leads to.
    OurAuthorityUnknown,
    /// The peer finds our certificate expired.
    OurCertificateExpired,
    /// The peer refuses our certificate and says no more.
    OurCertificateRefused,
    /// The two sides share no TLS version or cipher suite.
    NothingInCommon,
    /// Something else.
    Other,
}

impl ConnectionFault {
    /// Reads what an attempt to connect ended with.
    #[must_use]
    pub fn of(error: &io::Error) -> Self {
        if let Some(fault) = Self::of_tls(error) {
            return fault;
        }
        match error.kind() {
            io::ErrorKind::NotFound => Self::NoAddress,
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable => Self::Refused,
            io::ErrorKind::TimedOut => Self::TimedOut,
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Other,
        }
    }

    /// Reads what TLS says; none where the error is not of TLS.
    #[must_use]
    pub fn of_tls(error: &io::Error) -> Option<Self> {
        let tls = error.get_ref()?.downcast_ref::<Tls>()?;
        Some(match tls {
            Tls::InvalidCertificate(certificate) => Self::of_certificate(certificate),
            Tls::NoCertificatesPresented => Self::TheirCertificateUnfit,
            Tls::AlertReceived(alert) => Self::of_alert(*alert),
            Tls::PeerIncompatible(_) => Self::NothingInCommon,
            _ => Self::Other,
        })
    }

    fn of_certificate(error: &Certificate) -> Self {
        match error {
            Certificate::UnknownIssuer => Self::TheirAuthorityUnknown,
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                Self::TheirNameDiffers
            }
            Certificate::Expired
            | Certificate::ExpiredContext { .. }
            | Certificate::NotValidYet
            | Certificate::NotValidYetContext { .. } => Self::TheirCertificateExpired,
            _ => Self::TheirCertificateUnfit,
        }
    }

    fn of_alert(alert: Alert) -> Self {
        match alert {
            Alert::CertificateRequired | Alert::NoCertificate => Self::OurCertificateMissing,
            Alert::UnknownCA => Self::OurAuthorityUnknown,
            Alert::CertificateExpired => Self::OurCertificateExpired,
            Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateUnknown
            | Alert::AccessDenied
            | Alert::DecryptError => Self::OurCertificateRefused,
            Alert::ProtocolVersion | Alert::InsufficientSecurity | Alert::HandshakeFailure => {
                Self::NothingInCommon
            }
            Alert::CloseNotify => Self::Closed,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for ConnectionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAddress => "the name leads to no address: check DNS",
            Self::Refused => {
                "the connection was refused: nobody listens there, or a firewall says no"
            }
            Self::TimedOut => "nothing came back in time: check the firewall",
            Self::Closed => "the peer closed the connection at once",
            Self::TheirAuthorityUnknown => {
                "the peer's certificate leads to no authority we trust: add its root, and for \
                 Teams all roots of the present era"
            }
            Self::TheirNameDiffers => {
                "the peer's certificate proves another name: connect by the proxy's own name"
            }
            Self::TheirCertificateExpired => {
                "the peer's certificate is out of its dates: check our clock first"
            }
            Self::TheirCertificateUnfit => "the peer's certificate is not fit for a server",
            Self::OurCertificateMissing => {
                "the peer wants a certificate and got none: mutual TLS needs ours"
            }
            Self::OurAuthorityUnknown => {
                "the peer does not trust who issued our certificate: it must be in Microsoft's \
                 Trusted Root Program, and every intermediate must be sent"
            }
            Self::OurCertificateExpired => {
                "the peer finds our certificate expired: renew it and remake the connections"
            }
            Self::OurCertificateRefused => {
                "the peer refuses our certificate: check its names, chain and key usage"
            }
            Self::NothingInCommon => {
                "no TLS version or cipher suite in common, or no certificate of ours was shown"
            }
            Self::Other => {
                "connection or TLS handshake failed: check DNS, the firewall and both certificates"
            }
        })
    }
}

impl std::error::Error for ConnectionFault {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pain 69, and what else a handshake dies of.
    #[test]
    fn each_fault_says_whose_certificate_is_wrong() {
        use ConnectionFault as F;
        let tls = |error: Tls| io::Error::new(io::ErrorKind::InvalidData, error);
        let certificate = |error| tls(Tls::InvalidCertificate(error));
        let alert = |alert| tls(Tls::AlertReceived(alert));
        let cases = [
            (certificate(Certificate::UnknownIssuer), F::TheirAuthorityUnknown, "roots"),
            (certificate(Certificate::NotValidForName), F::TheirNameDiffers, "another name"),
            (certificate(Certificate::Expired), F::TheirCertificateExpired, "dates"),
            (certificate(Certificate::BadEncoding), F::TheirCertificateUnfit, "not fit"),
            (alert(Alert::CertificateRequired), F::OurCertificateMissing, "needs ours"),
            (alert(Alert::UnknownCA), F::OurAuthorityUnknown, "intermediate"),
            (alert(Alert::CertificateExpired), F::OurCertificateExpired, "renew"),
            (alert(Alert::CertificateUnknown), F::OurCertificateRefused, "names"),
            (alert(Alert::ProtocolVersion), F::NothingInCommon, "version"),
            (io::ErrorKind::NotFound.into(), F::NoAddress, "DNS"),
            (io::ErrorKind::ConnectionRefused.into(), F::Refused, "firewall"),
            (io::ErrorKind::TimedOut.into(), F::TimedOut, "firewall"),
            (io::ErrorKind::UnexpectedEof.into(), F::Closed, "closed"),
            (io::Error::other("?"), F::Other, "check"),
        ];
        for (error, expected, word) in cases {
            let fault = ConnectionFault::of(&error);
            assert_eq!(fault, expected, "{error}");
            assert!(fault.to_string().contains(word), "{fault}");
        }
    }
}
