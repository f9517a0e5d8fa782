//! Library facts.
