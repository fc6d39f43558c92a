//! Widgets in the logical structure of a tagged file (ISO 32000-1, 14.7.4.3 and 14.8.4.5; ISO 14289-1, 7.18.4).
//!
//! A form field that a tagged file gets belongs into its structure tree, or the file is tagged in part only. Files without a
//! structure tree stay without one.

use lopdf::{Object, ObjectId, dictionary};

use super::increment::{Increment, broken};
use crate::Error;

/// Adds a `Form` element for `widget` on `page` at the end of the structure, as the file's own elements end; gives the
/// widget's key in the parent tree, or none where the file is not tagged.
///
/// # Errors
///
/// [`Error::Document`] for a structure tree that is broken, or whose parent tree has more than one level.
pub(super) fn add_form_element(increment: &mut Increment, page: ObjectId, widget: ObjectId) -> Result<Option<i64>, Error> {
    let Ok(root) = increment.dictionary(increment.catalog())?.get(b"StructTreeRoot").and_then(Object::as_reference) else {
        return Ok(None);
    };
    let (parent, parents) = (whole(increment, root)?, parent_tree(increment, root)?);
    let key = next_key(increment, root, parents)?;
    let element = increment.add(dictionary! {
        "Type" => Object::Name(b"StructElem".to_vec()),
        "S" => Object::Name(b"Form".to_vec()),
        "P" => parent,
        "Pg" => page,
        "K" => dictionary! { "Type" => Object::Name(b"OBJR".to_vec()), "Obj" => widget, "Pg" => page },
    });
    adopt(increment, parent, element)?;
    match parents {
        Some(tree) => increment.push(tree, b"Nums", vec![key.into(), element.into()])?,
        None => match increment.edit(root)?.get_mut(b"ParentTree").and_then(Object::as_dict_mut).map_err(broken)?.get_mut(b"Nums") {
            Ok(Object::Array(numbers)) => numbers.extend([key.into(), element.into()]),
            _ => return Err(levels()),
        },
    }
    increment.edit(root)?.set("ParentTreeNextKey", key.saturating_add(1));
    if !increment.dictionary(page)?.has(b"Tabs") {
        increment.edit(page)?.set("Tabs", Object::Name(b"S".to_vec()));
    }
    Ok(Some(key))
}

/// The element of the whole document where there is one, else the root.
fn whole(increment: &Increment, root: ObjectId) -> Result<ObjectId, Error> {
    let only = match increment.dictionary(root)?.get(b"K") {
        Ok(Object::Reference(id)) => Some(*id),
        Ok(Object::Array(elements)) if elements.len() == 1 => elements.first().and_then(|element| element.as_reference().ok()),
        _ => None,
    };
    let is_document =
        |id: &ObjectId| increment.dictionary(*id).and_then(|e| e.get(b"S").and_then(Object::as_name).map_err(broken)) == Ok(b"Document");
    Ok(only.filter(is_document).unwrap_or(root))
}

/// Appends to what `parent` holds, which may be one element or several.
fn adopt(increment: &mut Increment, parent: ObjectId, element: ObjectId) -> Result<(), Error> {
    let one = match increment.dictionary(parent)?.get(b"K") {
        Ok(Object::Array(_)) | Err(_) => None,
        Ok(Object::Reference(id)) if increment.object(*id)?.as_array().is_ok() => None,
        Ok(one) => Some(one.clone()),
    };
    match one {
        Some(one) => increment.edit(parent)?.set("K", vec![one, element.into()]),
        None => increment.push(parent, b"K", vec![element.into()])?,
    }
    Ok(())
}

/// The parent tree where it is an object of its own; it must have one level.
fn parent_tree(increment: &Increment, root: ObjectId) -> Result<Option<ObjectId>, Error> {
    let tree = increment.dictionary(root)?.get(b"ParentTree").map_err(broken)?;
    let dictionary = increment.resolve(tree)?.as_dict().map_err(broken)?;
    if dictionary.has(b"Kids") || !dictionary.has(b"Nums") {
        return Err(levels());
    }
    Ok(tree.as_reference().ok())
}

fn levels() -> Error {
    Error::Document("a parent tree of more than one level is not supported".to_owned())
}

/// `ParentTreeNextKey`, or the key after the greatest.
fn next_key(increment: &Increment, root: ObjectId, tree: Option<ObjectId>) -> Result<i64, Error> {
    let root = increment.dictionary(root)?;
    if let Ok(next) = root.get(b"ParentTreeNextKey").and_then(Object::as_i64) {
        return Ok(next);
    }
    let tree = match tree {
        Some(id) => increment.dictionary(id)?,
        None => root.get(b"ParentTree").and_then(Object::as_dict).map_err(broken)?,
    };
    let numbers = increment.resolve(tree.get(b"Nums").map_err(broken)?)?.as_array().map_err(broken)?;
    let greatest = numbers.iter().step_by(2).filter_map(|key| key.as_i64().ok()).max();
    Ok(greatest.map_or(0, |key| key.saturating_add(1)))
}
