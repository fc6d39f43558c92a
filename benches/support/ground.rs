//! What the stages stand on: specimens, the development authority on loopback, its keys, a store of its own; all in a
//! temporary folder, all made for this run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bansao::app::pool_settings;
use bansao::authority::RunningAuthority;
use bansao::certify::Rehearsal;
use bansao::certify::compose::{FontPaths, Fonts};
use bansao::clock::{Clock, SystemClock};
use bansao::config::{AgencyConfig, Config, Development, KeyConfig};
use bansao::http::{HttpClient, Reach};
use bansao::inspect::forms::FormSet;
use bansao::keys::{FileSigner, HttpRevocation, HttpTimestamper, Purpose, RevocationSettings, TimestampSettings, TrustAnchors};
use bansao::limits::Limits;
use bansao::store::{Cipher, FolderBlobs, SqliteStore};
use bansao::verify::{Material, TokenKeys};
use bansao::worker::{Pool, PoolSettings};
use bansao_pades::SigningProfile;
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use ring::rand::{SecureRandom, SystemRandom};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::stage::{LOOPBACK, scans, start_authority};

/// A specimen of one page.
pub(crate) struct Specimen {
    /// Its folder under `fixtures/scans`.
    pub(crate) case: &'static str,
    /// Its resolution, dots per inch.
    pub(crate) dpi: u32,
    /// The file.
    pub(crate) jpeg: Vec<u8>,
}

impl Specimen {
    /// The page at 200 and at 300 dots per inch.
    pub(crate) fn both() -> [Self; 2] {
        [("birth_certificate/b2015-print", 200), ("birth_certificate/b2015-bold-300", 300)].map(|(case, dpi)| Self {
            case,
            dpi,
            jpeg: std::fs::read(scans().join(case).join("scan.jpg")).unwrap(),
        })
    }
}

impl Specimen {
    /// The page at 300 dots per inch, so sharply coded that its copy has about a megabyte.
    pub(crate) fn of_a_megabyte() -> Self {
        let [_, page] = Self::both();
        let picture = image::load_from_memory(&page.jpeg).unwrap().into_rgb8();
        let coded = |quality: u8| {
            let mut jpeg = Vec::new();
            JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(&picture).unwrap();
            jpeg
        };
        let jpeg = (80..100).map(coded).find(|jpeg| jpeg.len() > 800_000).unwrap();
        Self { jpeg, ..page }
    }

    /// A page of A4 at 600 dots per inch with nothing but noise on it: some 20 MB of JPEG.
    pub(crate) fn large() -> Self {
        let (width, height) = (4960, 7016);
        let mut state = 1_u32;
        let noise: Vec<u8> = (0..width * height)
            .map(|_| {
                // A linear congruence is noise enough for a picture.
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 80).encode(&noise, width, height, ExtendedColorType::L8).unwrap();
        Self { case: "noise", dpi: 600, jpeg }
    }
}

/// The four keys that a copy needs.
pub(crate) struct Keys {
    /// RSA-3072, PSS.
    pub(crate) certifier: FileSigner,
    /// P-256.
    pub(crate) agency: FileSigner,
    /// P-256.
    pub(crate) token: FileSigner,
    /// P-256; the authority's, here only for floors.
    pub(crate) timestamp: FileSigner,
}

/// Everything that the stages are given.
pub(crate) struct Ground {
    /// Where tasks run.
    pub(crate) runtime: Runtime,
    /// Gone when the run ends.
    pub(crate) folder: TempDir,
    /// The agency that certifies.
    pub(crate) agency: AgencyConfig,
    pub(crate) keys: Keys,
    pub(crate) forms: FormSet,
    /// One warm worker.
    pub(crate) pool: Pool,
    /// What it was made of.
    pub(crate) pool_settings: PoolSettings,
    pub(crate) limits: Limits,
    pub(crate) fonts: Arc<Fonts>,
    pub(crate) rehearsal: Rehearsal,
    pub(crate) timestamper: HttpTimestamper,
    pub(crate) revocations: HttpRevocation,
    pub(crate) anchors: Arc<TrustAnchors>,
    pub(crate) material: Material,
    pub(crate) store: SqliteStore,
    pub(crate) blobs: FolderBlobs,
    pub(crate) random: SystemRandom,
    /// Where the authority stamps.
    pub(crate) timestamp_url: String,
    http: HttpClient,
    authority: RunningAuthority,
}

impl Ground {
    /// Starts the authority and opens the rest.
    pub(crate) fn lay() -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let authority = runtime.block_on(start_authority(folder.path(), LOOPBACK.parse().unwrap()));
        let config = configuration(folder.path(), &authority);
        let agency = config.agencies.first().unwrap().clone();
        let timestamp = folder.path().join("authority/timestamp");
        let keys = Keys {
            certifier: open(&agency.certifiers.first().unwrap().signature, SigningProfile::RsaPssSha256),
            agency: open(&agency.seal, SigningProfile::EcdsaP256Sha256),
            token: open(&config.token, SigningProfile::EcdsaP256Sha256),
            timestamp: FileSigner::open(&timestamp.join("key.pem"), &timestamp.join("chain.pem"), SigningProfile::EcdsaP256Sha256).unwrap(),
        };
        let anchors = Arc::new(anchors(&config));
        let material = material(&anchors, &keys);
        let (http, clock) = (HttpClient::new(), Arc::new(SystemClock));
        let random = SystemRandom::new();
        let (store, blobs) = runtime.block_on(stores(&folder.path().join("store"), &random));
        let settings = TimestampSettings::new(config.timestamp.urls.clone());
        let forms = FormSet::embedded().unwrap();
        let program = env!("CARGO_BIN_EXE_bansao").into();
        let pool_settings = PoolSettings { program, workers: 1, submissions_per_worker: u32::MAX, ..pool_settings(&config) };
        Self {
            pool: Pool::start(pool_settings.clone(), &forms).unwrap(),
            pool_settings,
            forms,
            timestamper: HttpTimestamper::new(settings, Arc::clone(&anchors), http.clone(), clock.clone()),
            revocations: HttpRevocation::new(RevocationSettings { reach: Reach::Anywhere, ..Default::default() }, http, clock),
            limits: config.limits.clone(),
            fonts: Arc::new(fonts(&config)),
            rehearsal: Rehearsal::new(SystemClock.now()).unwrap(),
            timestamp_url: config.timestamp.urls.first().unwrap().clone(),
            http: HttpClient::new(),
            runtime,
            folder,
            agency,
            keys,
            anchors,
            material,
            store,
            blobs,
            random,
            authority,
        }
    }

    /// `name` in the temporary folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the authority answers to a time-stamp request, unread.
    pub(crate) async fn ask_for_a_time_stamp(&self, asked: Vec<u8>) -> Vec<u8> {
        let bounds = TimestampSettings::new(Vec::new()).bounds;
        let (sent, wanted) = ("application/timestamp-query", "application/timestamp-reply");
        self.http.post(&self.timestamp_url, sent, wanted, asked, bounds).await.unwrap()
    }

    /// So many random bytes: no two scans are the same.
    pub(crate) fn random_bytes(&self, size: usize) -> Vec<u8> {
        let mut bytes = vec![0; size];
        self.random.fill(&mut bytes).unwrap();
        bytes
    }

    /// Stops the authority and removes the folder.
    pub(crate) fn clear(self) {
        self.runtime.block_on(self.authority.stop());
    }
}

fn configuration(folder: &Path, authority: &RunningAuthority) -> Config {
    let text = Development {
        authority: &folder.join("authority"),
        authority_url: &authority.url(),
        data_dir: &folder.join("data"),
        listen: LOOPBACK,
        register_url: None,
        wallets: &[],
    }
    .to_toml();
    let path = folder.join("bansao.toml");
    std::fs::write(&path, text).unwrap();
    Config::load(&path).unwrap()
}

fn open(files: &KeyConfig, profile: SigningProfile) -> FileSigner {
    FileSigner::open(files.key.as_deref().unwrap(), &files.chain, profile).unwrap()
}

fn anchors(config: &Config) -> TrustAnchors {
    let mut anchors = TrustAnchors::default();
    config.trust.signer.iter().for_each(|path| anchors.load(Purpose::Signer, path).unwrap());
    config.trust.timestamp.iter().for_each(|path| anchors.load(Purpose::Timestamp, path).unwrap());
    anchors
}

fn material(anchors: &TrustAnchors, keys: &Keys) -> Material {
    use bansao::keys::Signer;
    let signer_anchors = anchors.of(Purpose::Signer).to_vec();
    let (leaf, intermediates) = keys.token.certificate_chain().split_at(1);
    Material {
        token_keys: TokenKeys::trusted(leaf, intermediates, &signer_anchors),
        timestamp_anchors: anchors.of(Purpose::Timestamp).to_vec(),
        signer_anchors,
        ..Material::default()
    }
}

async fn stores(folder: &Path, random: &SystemRandom) -> (SqliteStore, FolderBlobs) {
    let mut key = [0; 32];
    random.fill(&mut key).unwrap();
    let cipher = Arc::new(Cipher::new(&key).unwrap());
    let blobs = FolderBlobs::open(folder.join("blobs"), Arc::clone(&cipher)).await.unwrap();
    (SqliteStore::open(&folder.join("bansao.sqlite"), cipher).await.unwrap(), blobs)
}

fn fonts(config: &Config) -> Fonts {
    let files = config.fonts.clone();
    Fonts::load(&FontPaths { regular: files.regular, bold: files.bold, italic: files.italic }).unwrap()
}
