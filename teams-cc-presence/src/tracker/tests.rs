mod apply;
mod desk;
mod ladder;
mod members;
mod order;
mod pace;
mod refusals;
