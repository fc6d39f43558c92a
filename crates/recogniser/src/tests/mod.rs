//! The network against loops that are plain to see, and the file against damage.

mod build;
mod damage;
mod golden;
mod naive;
