//! The network against loops that are plain to see, and the file against damage.

mod beam;
mod build;
mod damage;
mod golden;
mod naive;
