mod desk;
mod invariants;
mod story;
mod unobserved;
