//! Packets written into a place of a fixed size.

/// Puts octets one behind the other; what has no room is left out whole.
pub(super) struct Writer<'a> {
    pub(super) out: &'a mut [u8],
    pub(super) at: usize,
}

impl Writer<'_> {
    pub(super) fn put(&mut self, octets: &[u8]) {
        if let Some(place) = self.out.get_mut(self.at..self.at + octets.len()) {
            place.copy_from_slice(octets);
            self.at += octets.len();
        }
    }

    pub(super) fn written(&self) -> &[u8] {
        self.out.get(..self.at).unwrap_or_default()
    }
}
