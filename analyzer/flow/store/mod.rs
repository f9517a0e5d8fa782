//! The store: what a call sends to it, what reading a row costs, and the text that runs there.

pub(in crate::flow) mod apply;
pub(in crate::flow) mod destinations;
pub(in crate::flow) mod effects;
pub(in crate::flow) mod generated;
pub(in crate::flow) mod implied;
pub(in crate::flow) mod managers;
pub(in crate::flow) mod presumed;
pub mod reading;
pub(in crate::flow) mod relations;
pub(in crate::flow) mod results;
pub(in crate::flow) mod scopes;
pub(in crate::flow) mod served;
pub(in crate::flow) mod sinks;
pub(in crate::flow) mod sql;
