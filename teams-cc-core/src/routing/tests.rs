mod compiled;
mod desk;
mod invariants;
mod properties;
mod story;
mod unobserved;
mod words;
