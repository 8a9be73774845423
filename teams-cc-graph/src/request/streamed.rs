//! Requests whose answer is a file, in parts.

/// The way to a file that is too large to be held whole.
macro_rules! streamed_request {
    ($name:ident) => {
        streamed_request! { @via $crate::client::Client, $name }
        streamed_request! { @via $crate::client::Delegated, $name }
    };
    (@via $via:ty, $name:ident) => {
        impl $name<$via> {
            /// The file in parts, so that no more than one of them is held.
            ///
            /// Each part has to come within
            /// [`Config::attempt_timeout`](crate::Config::attempt_timeout). Dropping the future
            /// changes nothing.
            ///
            /// # Errors
            ///
            /// What the service answers, before the first part.
            pub async fn stream(self) -> Result<$crate::client::Download, $crate::error::Error> {
                let client = $crate::request::endpoint::Sends::client(&self.via).clone();
                client.download(self.into_request()?).await
            }
        }
    };
}
