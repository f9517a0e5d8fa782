//! Calls: who is called with what, what a function does as a whole, and what that means for its callers.

pub(in crate::flow) mod arguments;
pub(in crate::flow) mod call;
pub(in crate::flow) mod callbacks;
pub(in crate::flow) mod callers;
pub(in crate::flow) mod construct;
pub(in crate::flow) mod conventions;
pub(in crate::flow) mod given;
pub(in crate::flow) mod given_back;
pub(in crate::flow) mod guards;
pub(in crate::flow) mod handed;
pub(in crate::flow) mod held;
pub(in crate::flow) mod keyed;
pub(in crate::flow) mod limits;
pub(in crate::flow) mod memory;
pub(in crate::flow) mod named_params;
pub(in crate::flow) mod native;
pub(in crate::flow) mod outside;
pub(in crate::flow) mod resolve;
pub(in crate::flow) mod spread_names;
pub(in crate::flow) mod steps;
pub(in crate::flow) mod substitute;
pub(in crate::flow) mod summary;
pub(in crate::flow) mod tasks;
pub(in crate::flow) mod through;
pub(in crate::flow) mod unclaimed;
