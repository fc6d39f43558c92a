//! The public interface only grows: a field that is removed, renumbered or retyped fails here.

use std::path::Path;

use bansao::api::proto::DESCRIPTORS;
use prost::Message;
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};

/// One line a field, enum value and RPC, sorted.
fn lines() -> Vec<String> {
    let set = FileDescriptorSet::decode(DESCRIPTORS).unwrap();
    let mut lines = Vec::new();
    for file in set.file.iter().filter(|file| file.package() == "bansao.v1") {
        for message in &file.message_type {
            describe(message, "", &mut lines);
        }
        for kind in &file.enum_type {
            lines.extend(kind.value.iter().map(|value| format!("enum {} {} = {}", kind.name(), value.name(), value.number())));
        }
        for service in &file.service {
            for rpc in &service.method {
                let stream = |on: bool| if on { "stream " } else { "" };
                let (input, output) = (stream(rpc.client_streaming()), stream(rpc.server_streaming()));
                lines.push(format!("rpc {}.{} {input}{} -> {output}{}", service.name(), rpc.name(), rpc.input_type(), rpc.output_type()));
            }
        }
    }
    lines.sort();
    lines
}

/// Of which choice a field is: moved in or out, old readers see another message.
fn oneof(message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let choice = field.oneof_index.and_then(|at| message.oneof_decl.get(usize::try_from(at).ok()?));
    choice.map_or(String::new(), |choice| format!(" of {}", choice.name()))
}

fn describe(message: &DescriptorProto, outer: &str, lines: &mut Vec<String>) {
    let name = format!("{outer}{}", message.name());
    for field in &message.field {
        lines.push(format!(
            "field {name}.{} = {} {:?} {:?} {}{}",
            field.name(),
            field.number(),
            field.label(),
            field.r#type(),
            field.type_name(),
            oneof(message, field)
        ));
    }
    for kind in &message.enum_type {
        lines.extend(kind.value.iter().map(|value| format!("enum {name}.{} {} = {}", kind.name(), value.name(), value.number())));
    }
    for inner in &message.nested_type {
        describe(inner, &format!("{name}."), lines);
    }
}

#[test]
fn nothing_of_the_published_interface_is_gone() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/bansao-v1.lock");
    let now = lines();
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    let gone: Vec<&str> = published.lines().filter(|line| !now.iter().any(|known| known == line)).collect();
    assert!(gone.is_empty(), "removed or changed:\n{}", gone.join("\n"));
    let text = format!("{}\n", now.join("\n"));
    if std::env::var_os("BANSAO_PUBLISH_INTERFACE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(published, text, "the interface grew: run this test with BANSAO_PUBLISH_INTERFACE=1 and commit the file");
}
