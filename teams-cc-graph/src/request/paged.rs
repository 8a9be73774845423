//! Requests whose answer comes in pages.

/// The ways to read a list to its end: page by page and item by item.
macro_rules! paged_request {
    ($name:ident via $via:ty => $item:ty) => {
        impl $name<$via> {
            /// The answer page by page, each fetched when it is asked for.
            pub fn pages(self) -> $crate::page::Pages<$item> {
                let client = $crate::request::endpoint::Sends::client(&self.via).clone();
                $crate::page::Pages::new(client, self.into_request())
            }

            /// The answer item by item, each page fetched when it is needed.
            pub fn items(self) -> $crate::page::Items<$item> {
                self.pages().items()
            }
        }
    };
    ($name:ident => $item:ty) => {
        paged_request! { $name via $crate::client::Client => $item }
    };
}
