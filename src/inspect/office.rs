//! The office that a paper names, held against its seal: known only once the fields are read, and before the checks look at both.

use std::time::Duration;

use super::read::{ReadError, Reader, Recognised, shortfall};
use super::report::Field;
use super::seen::SeenPage;

/// Holds the offices whose seal the form asks for against the seal that is there; nothing is known where it cannot be told of one of them.
///
/// # Errors
/// [`ReadError`] of the reader.
pub(super) fn weigh_offices(
    recognised: &Recognised<'_>,
    fields: &[Field],
    pages: &mut [SeenPage],
    reader: &dyn Reader,
    deadline: Duration,
) -> Result<(), ReadError> {
    let form = recognised.form;
    let at = recognised.pages.iter().position(|assigned| *assigned == Some(form.seal_page));
    let Some(page) = at.filter(|_| form.certified && form.seal).and_then(|at| pages.get_mut(at)) else { return Ok(()) };
    let Some(arc) = &page.arc else { return Ok(()) };
    let offices = form.seal_offices.iter().filter_map(|id| fields.iter().find(|field| field.id == *id));
    let fits = offices.map(|office| shortfall(arc, &office.value, reader, deadline)).collect::<Result<Vec<_>, _>>()?;
    let fits: Option<Vec<f32>> = fits.into_iter().collect();
    page.office_shortfall = fits.and_then(|fits| fits.into_iter().min_by(f32::total_cmp));
    Ok(())
}
