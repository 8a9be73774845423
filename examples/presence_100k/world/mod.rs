//! The enterprise and its Graph: what is true, what is told of it, and who keeps count.

mod dice;
mod events;
mod holds;
mod judge;
mod people;
mod plan;
mod pushes;
mod report;
mod run;
mod seal;
mod service;

#[cfg(test)]
pub(crate) use plan::Defect;
pub(crate) use plan::{Door, Plan};
pub(crate) use report::Report;
pub(crate) use run::World;
