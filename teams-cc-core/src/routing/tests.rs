mod desk;
mod invariants;
mod story;
mod unobserved;
mod words;
