//! From an approval to a sealed copy, and its verification; each beside the cryptography that it cannot do without.

use bansao::certify::compose::{ComposedCopy, Statement, compose};
use bansao::certify::{PreparedCopy, prepare};
use bansao::clock::{Clock, SystemClock};
use bansao::keys::{FileSigner, Signer, public_key};
use bansao::record::Sha256;
use bansao::verify::verify_token;
use bytes::Bytes;
use qrcodegen::{QrCode, QrCodeEcc};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PSS_2048_8192_SHA256,
    UnparsedPublicKey, VerificationAlgorithm,
};

use super::desk::Dossier;
use super::ground::Ground;
use super::measure::{Work, spend};
use super::pyhanko::PyHanko;
use super::table::Bench;

/// As long as the signed attributes of a signature are.
const MESSAGE: [u8; 250] = [7; 250];

/// The signatures of a copy without anything around them.
pub(crate) struct Bare<'a> {
    ground: &'a Ground,
    rsa: Checked,
    p256: Checked,
    p384: Checked,
}

/// A signature with what checks it.
struct Checked {
    key: UnparsedPublicKey<Vec<u8>>,
    signature: Vec<u8>,
}

impl<'a> Bare<'a> {
    /// The same keys as the stages use; what only the authority signs with, P-384, is made here.
    pub(crate) fn new(ground: &'a Ground) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        let signature = pair.sign(&random, &MESSAGE).unwrap().as_ref().to_vec();
        let p384 = Checked { key: UnparsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, pair.public_key().as_ref().to_vec()), signature };
        Self {
            ground,
            rsa: Checked::by(&ground.keys.certifier, &RSA_PSS_2048_8192_SHA256),
            p256: Checked::by(&ground.keys.agency, &ECDSA_P256_SHA256_ASN1),
            p384,
        }
    }

    /// Certifier, agency and a time-stamp for each.
    pub(crate) fn sign_copy(&self) {
        let keys = &self.ground.keys;
        for key in [&keys.certifier, &keys.agency, &keys.timestamp, &keys.timestamp] {
            sign(key);
        }
    }

    /// One check of a P-256 signature.
    pub(crate) fn check_p256(&self) {
        self.p256.check();
    }

    /// The certifier, the agency and the token: what we sign ourselves.
    pub(crate) fn sign_ourselves(&self) {
        let keys = &self.ground.keys;
        for key in [&keys.certifier, &keys.agency, &keys.token] {
            sign(key);
        }
    }

    /// The token.
    pub(crate) fn sign_token(&self) {
        sign(&self.ground.keys.token);
    }

    /// Certifier, agency, two time-stamps, token.
    pub(crate) fn check_signatures(&self) {
        self.rsa.check();
        (0..4).for_each(|_| self.p256.check());
    }

    /// Those, and once each certificate of their paths (three by P-256, two by P-384), the five OCSP responses and the
    /// certificates of the three responders (two by P-256, one by P-384).
    pub(crate) fn check_everything(&self) {
        self.check_signatures();
        (0..10).for_each(|_| self.p256.check());
        (0..3).for_each(|_| self.p384.check());
    }
}

impl Checked {
    fn by(signer: &FileSigner, algorithm: &'static dyn VerificationAlgorithm) -> Self {
        let key = public_key(signer.certificate_chain().first().unwrap()).unwrap();
        Self { key: UnparsedPublicKey::new(algorithm, key), signature: signer.sign_in_place(&MESSAGE).unwrap() }
    }

    fn check(&self) {
        self.key.verify(&MESSAGE, &self.signature).unwrap();
    }
}

fn sign(key: &FileSigner) {
    spend(key.sign_in_place(&MESSAGE).unwrap());
}

/// A copy at each step, for the stages that follow.
pub(crate) struct Made {
    pub(crate) statement: Statement,
    pub(crate) composed: ComposedCopy,
    pub(crate) digests: Vec<Sha256>,
    pub(crate) sealed: Vec<u8>,
}

/// Tokens of which a photograph is tried: a reader may miss one.
const PHOTOS: usize = 10;

/// The QR token. Tells how many photographs of a code were read.
pub(crate) fn token(bench: &mut Bench, dossier: &Dossier<'_>, bare: &Bare<'_>) -> String {
    let ground = dossier.ground;
    let (number, copy, pages) = (dossier.number(), dossier.copy_id(), [Sha256::of(dossier.scan)]);
    let sign = || ground.runtime.block_on(dossier.token(&number, &copy, &pages));
    let text = sign();
    let works = vec![Work::new("token: sign", 50, || spend(sign())), Work::new("bare P-256 signature", 50, || bare.sign_token())];
    bench.row(20, works);
    let now = SystemClock.now();
    let verify = || spend(verify_token(&text, &ground.material, now));
    bench.row(20, vec![Work::new("token: verify", 50, verify), Work::new("bare P-256 check", 50, || bare.p256.check())]);
    // As `VerifyImage` reads a picture.
    let seen = |photo: &Vec<u8>| bansao::inspect::print::symbols(std::slice::from_ref(photo), &ground.limits).unwrap().into_iter().next();
    let photos: Vec<Vec<u8>> = (0..PHOTOS).map(|_| photo_of(&sign())).collect();
    let legible: Vec<&Vec<u8>> = photos.iter().filter(|photo| seen(photo).is_some()).collect();
    let told = format!("photos of a QR   {} of {PHOTOS} read", legible.len());
    let Some(photo) = legible.first() else { return told };
    let read = || spend(seen(photo).map(|symbol| verify_token(&symbol.text, &ground.material, now)));
    let decode = || spend(image::load_from_memory(photo).unwrap().into_rgb8());
    bench.row(20, vec![Work::new(PHOTO, 1, read), Work::new("bare JPEG decode", 1, decode)]);
    told
}

/// The row of a photographed QR code.
pub(crate) const PHOTO: &str = "photo of a QR: open, find, read, verify";

/// A phone's picture of a QR code, two megapixels: turned by five degrees, in uneven light.
fn photo_of(text: &str) -> Vec<u8> {
    let code = QrCode::encode_text(text, QrCodeEcc::Quartile).unwrap();
    let (width, height, side) = (1600_u32, 1200_u32, 900.0_f32);
    let modules = (code.size() + 8) as f32;
    let (sin, cos) = 5.0_f32.to_radians().sin_cos();
    let photo = image::RgbImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
        let at = |along: f32| ((along + side / 2.0) * modules / side).floor() as i32 - 4;
        let dark = code.get_module(at(dx * cos + dy * sin), at(dy * cos - dx * sin));
        let light = 235.0 - 60.0 * x as f32 / width as f32;
        image::Rgb([if dark { 40 } else { light as u8 }; 3])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(&photo).unwrap();
    bytes
}

/// Composing, preparing and sealing. Returns what was made; the first seal fills the cache of revocation data.
pub(crate) fn copy(bench: &mut Bench, dossier: &Dossier<'_>, bare: &Bare<'_>) -> Made {
    let made = make(dossier);
    let ground = dossier.ground;
    let copy = dossier.copy_id();
    let pages = dossier.pages(Bytes::copy_from_slice(dossier.scan), &Sha256::of(dossier.scan));
    let qr_text = ground.runtime.block_on(dossier.token(&made.statement.certification_no, &copy, &made.digests));
    let content = dossier.content(pages, &made.statement, &copy, &qr_text);
    let hash = || spend(Sha256::of(&made.composed.pdf));
    let compose = || spend(compose(&content, &ground.fonts).unwrap());
    bench.row(20, vec![Work::new("compose", 1, compose), Work::new("SHA-256 of the PDF", 10, hash)]);

    let prepare = Work::made_ready("prepare", || {
        let composed = made.composed.clone();
        Box::new(|| spend(prepared(composed, &made, ground)))
    });
    bench.row(20, vec![prepare, Work::new("SHA-256 of the PDF", 10, hash)]);

    let both = Work::made_ready("prepare + seal", || {
        let composed = made.composed.clone();
        Box::new(|| {
            let prepared = prepared(composed, &made, ground);
            spend(ground.runtime.block_on(dossier.seal(prepared, &made.statement)));
        })
    });
    let floor = Work::new("RSA-3072 + 3 P-256 signatures", 1, || bare.sign_copy());
    match PyHanko::signing(ground, &made.composed.pdf) {
        Some(pyhanko) => bench.row(20, vec![both, floor, pyhanko.work()]),
        None => bench.row(20, vec![both, floor]),
    }
    made
}

fn prepared(composed: ComposedCopy, made: &Made, ground: &Ground) -> PreparedCopy {
    prepare(composed, &made.digests, &made.statement, &ground.rehearsal, SystemClock.now()).unwrap()
}

/// A copy of the dossier's scan, at each step.
pub(crate) fn make(dossier: &Dossier<'_>) -> Made {
    let ground = dossier.ground;
    let (number, id) = (dossier.number(), dossier.copy_id());
    let statement = dossier.statement(number, &id);
    let pages = dossier.pages(Bytes::copy_from_slice(dossier.scan), &Sha256::of(dossier.scan));
    let digests: Vec<Sha256> = pages.iter().map(|page| page.image.digest()).collect();
    ground.runtime.block_on(async {
        let qr_text = dossier.token(&statement.certification_no, &id, &digests).await;
        let composed = compose(&dossier.content(pages, &statement, &id, &qr_text), &ground.fonts).unwrap();
        let sealed = dossier
            .seal(prepare(composed.clone(), &digests, &statement, &ground.rehearsal, SystemClock.now()).unwrap(), &statement)
            .await
            .pdf;
        Made { statement, composed, digests, sealed }
    })
}
