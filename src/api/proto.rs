//! The public interface as generated from `proto/bansao/v1`; the documentation stands in the `.proto` files.

#![expect(clippy::allow_attributes, clippy::all, reason = "generated from documented .proto files")]

tonic::include_proto!("bansao.v1");

/// The descriptor set of the whole interface, for reflection and for the compatibility test.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bansao.v1.fds"));
