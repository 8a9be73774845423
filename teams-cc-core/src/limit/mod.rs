//! Rate limits as data that takes `now`.

mod token_bucket;

pub use token_bucket::TokenBucket;
