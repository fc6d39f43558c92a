//! Writes XML 1.0: elements in order, text and attributes escaped. No namespaces of its own, no reading.

use std::fmt::Write;

/// A document being written.
pub(super) struct Xml(String);

impl Xml {
    /// The declaration alone.
    pub(super) fn new() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    /// An element with attributes around what `body` writes.
    pub(super) fn element(&mut self, name: &str, attributes: &[(&str, &str)], body: impl FnOnce(&mut Self)) {
        self.0.push('<');
        self.0.push_str(name);
        for (key, value) in attributes {
            // Writing to a string does not fail.
            let _written = write!(self.0, " {key}=\"{}\"", escaped(value)).is_ok();
        }
        self.0.push('>');
        body(self);
        let _written = write!(self.0, "</{name}>").is_ok();
    }

    /// An element that holds text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.element(name, &[], |xml| xml.0.push_str(&escaped(text)));
    }

    /// An element that holds nothing but attributes.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.element(name, attributes, |_| ());
    }

    /// The document.
    pub(super) fn finish(mut self) -> String {
        self.0.push('\n');
        self.0
    }
}

/// Text as XML holds it. Names in certificates may hold anything; what XML 1.0 cannot hold (2.2) becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out() {
        let mut xml = Xml::new();
        xml.element("a", &[("b", "\"<&>'\n")], |xml| xml.text("c", "</c>\u{0}\u{1b}&\u{fffe}Ứng"));
        let text = xml.finish();
        assert!(text.ends_with("<a b=\"&quot;&lt;&amp;&gt;'&#10;\"><c>&lt;/c&gt;\u{fffd}\u{fffd}&amp;\u{fffd}Ứng</c></a>\n"), "{text}");
    }
}
