#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod batch;
pub mod budget;
pub mod call;
pub mod call_records;
pub mod ivr;
pub mod jwt;
pub mod limit;
pub mod page;
pub mod permission;
pub mod prompt;
pub mod webhook;
#[macro_use]
pub mod request;

pub mod auth;
mod client;
mod cloud;
pub mod config;
mod diagnose;
pub mod error;
mod layer;
pub mod metrics;
pub mod subscription;

pub use teams_cc_graph_models::{model, wire};

pub use client::{
    ActsFor, BoxError, Client, ClientBuilder, DEFAULT_MAX_DOWNLOAD_BYTES, Delegated, Download,
    Transport,
};
pub use cloud::Cloud;
pub use config::{Config, RetryPolicy, SystemClock};
pub use diagnose::{Diagnosis, Evidence, Explanation, Explanations, MAX_OWN_EXPLANATIONS};
pub use error::{
    ConfigError, Error, ErrorKind, InvalidRequest, Overload, Remedy, ServiceError, SignInError,
};
