//! The text of a copy's QR code, as the file itself states it.

use lopdf::{Document, Object};

/// The text of the copy's QR code: the one link of the statement page, the last page.
pub fn qr_text(document: &Document) -> Option<String> {
    let (_, last) = document.get_pages().into_iter().next_back()?;
    let annotations = resolve(document, document.get_dictionary(last).ok()?.get(b"Annots").ok()?)?.as_array().ok()?;
    let mut links = annotations.iter().filter_map(|annotation| {
        let annotation = resolve(document, annotation)?.as_dict().ok()?;
        let action = resolve(document, annotation.get(b"A").ok()?)?.as_dict().ok()?;
        let uri = resolve(document, action.get(b"URI").ok()?)?.as_str().ok()?;
        String::from_utf8(uri.to_vec()).ok()
    });
    let link = links.next()?;
    links.next().is_none().then_some(link)
}

fn resolve<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Object> {
    document.dereference(object).ok().map(|(_, object)| object)
}
