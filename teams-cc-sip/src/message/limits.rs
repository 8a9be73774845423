//! How much a peer may send, and which known mistakes are forgiven.

/// Bounds on one message; beyond each the message is refused, never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of start line, headers and body together: 64 KiB.
    pub message: usize,
    /// Octets of the start line and headers together: 32 KiB.
    pub head: usize,
    /// Header lines: 256.
    pub headers: usize,
    /// Which grammar the values are read with.
    pub grammar: Grammar,
}

impl Limits {
    /// Octets of one message unless told otherwise.
    pub const MESSAGE: usize = 64 * 1024;
    /// Octets of one header section unless told otherwise.
    pub const HEAD: usize = 32 * 1024;
    /// Header lines of one message unless told otherwise.
    pub const HEADERS: usize = 256;

    /// The same limits with another bound on the octets of a message.
    #[must_use]
    pub const fn message(mut self, octets: usize) -> Self {
        self.message = octets;
        self
    }

    /// The same limits with another bound on the octets of start line and headers.
    #[must_use]
    pub const fn head(mut self, octets: usize) -> Self {
        self.head = octets;
        self
    }

    /// The same limits with another bound on parameters and list elements.
    #[must_use]
    pub const fn params(mut self, count: usize) -> Self {
        self.grammar.params = count;
        self
    }

    /// The same limits with another bound on header lines.
    #[must_use]
    pub const fn headers(mut self, lines: usize) -> Self {
        self.headers = lines;
        self
    }

    /// The same limits with another leniency.
    #[must_use]
    pub const fn leniency(mut self, leniency: Leniency) -> Self {
        self.grammar.leniency = leniency;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: Self::MESSAGE,
            head: Self::HEAD,
            headers: Self::HEADERS,
            grammar: Grammar::default(),
        }
    }
}

/// How values of headers and URIs are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grammar {
    /// Parameters of one URI or one header value, and elements of one list: 64.
    pub params: usize,
    /// Which known mistakes are forgiven.
    pub leniency: Leniency,
}

impl Grammar {
    /// Parameters of one value unless told otherwise.
    pub const PARAMS: usize = 64;
}

impl Default for Grammar {
    fn default() -> Self {
        Self { params: Self::PARAMS, leniency: Leniency::default() }
    }
}

/// Mistakes of Microsoft's own messages that are forgiven.
///
/// Upper-case header names need no switch: names are case-insensitive (RFC 3261 §7.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leniency {
    /// Accepts `#` in a user part; Learn says the proxy sends it unescaped.
    pub hash_in_user: bool,
    /// Accepts a final response whose To has no tag. The proxy answers OPTIONS so.
    pub to_without_tag: bool,
    /// Reads a stream message without Content-Length as one without a body.
    ///
    /// Off everywhere: what follows would be read as the next message.
    pub no_content_length: bool,
}

impl Leniency {
    /// What Direct Routing needs: the default.
    pub const DIRECT_ROUTING: Self =
        Self { hash_in_user: true, to_without_tag: true, no_content_length: false };
    /// RFC 3261 to the letter.
    pub const STRICT: Self =
        Self { hash_in_user: false, to_without_tag: false, no_content_length: false };
}

impl Default for Leniency {
    fn default() -> Self {
        Self::DIRECT_ROUTING
    }
}
