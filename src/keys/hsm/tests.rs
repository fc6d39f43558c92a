//! Against SoftHSM, which reads its configuration from the environment: the outer test makes a token and runs the inner one in
//! a process of its own.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};

use super::*;

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const FOLDER: &str = "BANSAO_TEST_TOKEN";

fn run(folder: &Path, program: &str, arguments: &[&str]) {
    let mut command = Command::new(program);
    let output = command.args(arguments).env("SOFTHSM2_CONF", folder.join("softhsm2.conf")).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A key and its certificate by openssl, and the key in the token too.
fn make(folder: &Path, label: &str, algorithm: &[&str]) {
    let (key, chain) = (format!("{label}.key"), format!("{label}.pem"));
    run(folder, "openssl", &[&["genpkey", "-out", &key, "-algorithm"], algorithm].concat());
    run(folder, "openssl", &["req", "-x509", "-new", "-key", &key, "-out", &chain, "-subj", "/CN=test", "-days", "2"]);
    let id = label.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    run(folder, "softhsm2-util", &["--import", &key, "--token", "bansao", "--label", label, "--id", &id, "--pin", "12345678"]);
}

#[test]
fn a_security_module_signs_as_files_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::create_dir(path.join("tokens")).unwrap();
    std::fs::write(path.join("softhsm2.conf"), format!("directories.tokendir = {}\nlog.level = ERROR\n", path.join("tokens").display()))
        .unwrap();
    run(path, "softhsm2-util", &["--init-token", "--free", "--label", "bansao", "--so-pin", "87654321", "--pin", "12345678"]);
    make(path, "rsa", &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
    make(path, "p256", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    make(path, "p384", &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"]);
    for (name, pin) in [("pin", "12345678\n"), ("wrong-pin", "11111111\n")] {
        std::fs::write(path.join(name), pin).unwrap();
        std::fs::set_permissions(path.join(name), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    for inner in ["inside_a_process_with_the_token", "inside_a_process_with_a_wrong_pin"] {
        let arguments = ["--exact", &format!("keys::hsm::tests::{inner}"), "--ignored", "--nocapture"];
        let mut child = Command::new(std::env::current_exe().unwrap());
        let output = child.args(arguments).env(FOLDER, path).env("SOFTHSM2_CONF", path.join("softhsm2.conf")).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the test above"]
async fn inside_a_process_with_the_token() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let modules = HsmModules::default();
    let key = |label: &str| HsmKey { module: MODULE.into(), token: "bansao".into(), label: label.into(), pin: folder.join("pin") };
    let open = |label: &str, chain: &str, profile| HsmSigner::open(&modules, &key(label), &folder.join(chain), profile);
    let cases: [(&str, SigningProfile, &'static dyn VerificationAlgorithm); 8] = [
        ("rsa", SigningProfile::RsaPkcs1Sha256, &signature::RSA_PKCS1_2048_8192_SHA256),
        ("rsa", SigningProfile::RsaPkcs1Sha384, &signature::RSA_PKCS1_2048_8192_SHA384),
        ("rsa", SigningProfile::RsaPkcs1Sha512, &signature::RSA_PKCS1_2048_8192_SHA512),
        ("rsa", SigningProfile::RsaPssSha256, &signature::RSA_PSS_2048_8192_SHA256),
        ("rsa", SigningProfile::RsaPssSha384, &signature::RSA_PSS_2048_8192_SHA384),
        ("rsa", SigningProfile::RsaPssSha512, &signature::RSA_PSS_2048_8192_SHA512),
        ("p256", SigningProfile::EcdsaP256Sha256, &signature::ECDSA_P256_SHA256_ASN1),
        ("p384", SigningProfile::EcdsaP384Sha384, &signature::ECDSA_P384_SHA384_ASN1),
    ];
    for (label, profile, algorithm) in cases {
        let signer = Arc::new(open(label, &format!("{label}.pem"), profile).unwrap());
        let public = public_key(&signer.certificate_chain()[0]).unwrap();
        let check = |signed: &[u8]| UnparsedPublicKey::new(algorithm, &public).verify(b"message", signed).is_ok();
        // Often enough that a number with a leading zero or a high bit comes by.
        let rounds = if label == "rsa" { 3 } else { 300 };
        for round in 0..rounds {
            assert!(check(&signer.sign(b"message").await.unwrap()), "{profile:?} {round}");
        }
        let together: Vec<_> = (0..16)
            .map(|_| {
                tokio::spawn({
                    let signer = Arc::clone(&signer);
                    async move { signer.sign(b"message").await }
                })
            })
            .collect();
        for one in together {
            assert!(check(&one.await.unwrap().unwrap()), "{profile:?} together");
        }
        // A logout ends the login of every session and makes their handles void: the next signature comes all the same.
        let slot = signer.vault.slot().unwrap().unwrap();
        signer.vault.module.open_ro_session(slot).unwrap().logout().unwrap();
        assert!(check(&signer.sign(b"message").await.unwrap()), "{profile:?} after a drop");
    }

    assert!(matches!(open("rsa", "p256.pem", SigningProfile::RsaPssSha256), Err(KeyError::Mismatch { .. })));
    assert!(matches!(open("p256", "p384.pem", SigningProfile::EcdsaP256Sha256), Err(KeyError::Mismatch { .. })));
    assert!(matches!(open("rsa", "rsa.pem", SigningProfile::EcdsaP256Sha256), Err(KeyError::Key { .. })));
    let reason = |result: Result<HsmSigner, KeyError>| match result {
        Err(KeyError::Module { reason, .. }) => reason,
        other => format!("{other:?}"),
    };
    assert_eq!(reason(open("none", "rsa.pem", SigningProfile::RsaPssSha256)), "no private key that signs has this label");
    let elsewhere = HsmKey { token: "other".into(), ..key("rsa") };
    let opened = HsmSigner::open(&modules, &elsewhere, &folder.join("rsa.pem"), SigningProfile::RsaPssSha256);
    assert_eq!(reason(opened), "no token has this label");
    let absent = HsmKey { module: "/nowhere/module.so".into(), ..key("rsa") };
    assert!(matches!(
        HsmSigner::open(&modules, &absent, &folder.join("rsa.pem"), SigningProfile::RsaPssSha256),
        Err(KeyError::Module { .. })
    ));
}

/// A refused PIN locks tokens when it is tried again and again: it is not.
#[tokio::test]
#[ignore = "run by the test above"]
async fn inside_a_process_with_a_wrong_pin() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let modules = HsmModules::default();
    let open = |label: &str, pin: &str| {
        let key = HsmKey { module: MODULE.into(), token: "bansao".into(), label: label.into(), pin: folder.join(pin) };
        HsmSigner::open(&modules, &key, &folder.join(format!("{label}.pem")), SigningProfile::EcdsaP256Sha256).map(drop).unwrap_err()
    };
    let first = open("p256", "wrong-pin");
    assert!(matches!(&first, KeyError::Module { reason, .. } if reason.to_lowercase().contains("pin is incorrect")), "{first}");
    for (label, pin) in [("p256", "wrong-pin"), ("p384", "wrong-pin"), ("p256", "pin")] {
        let later = open(label, pin);
        assert!(matches!(&later, KeyError::Module { reason, .. } if reason.contains("not tried again")), "{later}");
    }
}
