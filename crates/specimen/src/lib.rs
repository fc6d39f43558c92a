//! Draws the specimen scans under `fixtures/scans`: invented people on the real layouts.
//!
//! The tree follows the picture's way: [`records`] invents a consistent certificate from a seed, [`forms`] print and
//! fill it on an [`ornament`]ed sheet, [`alter`] forges it, [`wear`] lays it on a scanner, [`file`](mod@file) packs the
//! pages, [`cases`] lists what is drawn and what an inspection must make of it. Nothing here reads a clock or a random
//! device: the same code gives the same bytes (on one C library; sines come from it).
//!
//! # Field identifiers
//!
//! - all but land: `registration_no registration_date registration_place signer_name signer_title`, old forms `book_no`
//! - birth: `full_name birth_date birth_date_words gender ethnicity nationality birth_place home_town personal_id`,
//!   `mother.` and `father.` with `full_name birth_year ethnicity nationality residence`, `declarant.full_name`,
//!   `declarant.identity_document` (since 2016) or `declarant.relation` (before)
//! - marriage: `wife.` and `husband.` with `full_name birth_date ethnicity nationality residence identity_document`
//! - death: `extract_no issue_date full_name birth_date gender ethnicity nationality personal_id identity_document
//!   residence death_time death_date death_date_words death_place death_cause death_notice_no death_notice_issuer
//!   death_notice_date declarant.full_name`
//! - land: `holder.` (then `holder2.`) with `full_name birth_year personal_id`, `holder.address parcel_no map_sheet_no
//!   area area_words land_use_type term tenure_form parcel_address origin land_serial_no land_register_no
//!   land_certificate_code issue_date issuer signer_name signer_title`
//!
//! Dates are given as `dd/mm/yyyy` however the form words them. A field that the form does not print is absent.

pub mod alter;
pub mod canvas;
pub mod cases;
pub mod error;
pub mod facts;
pub mod file;
pub mod fonts;
pub mod forms;
pub mod ornament;
pub mod people;
pub mod places;
pub mod raster;
pub mod records;
pub mod retouch;
pub mod rng;
pub mod scored;
pub mod sheet;
pub mod wear;
pub mod words;
