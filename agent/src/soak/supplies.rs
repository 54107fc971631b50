//! What walks deliver: the committed test certificates, inside the program so that it needs no folder.

use crate::exit::Failure;
use crate::run::Materials;
use intent::{DeliveredCertificates, Pkcs12Blob, RootCertificate};
use scenario::walk::Supplies;
use scenario::{Certificates, FileName, Pkcs12File, Place, Sensitive};
use smime::Certificate;
use std::path::Path;

/// The folder of the certificates beside the scenario files.
const FOLDER: &str = "certificates";

const ROOT: (&str, &[u8]) =
    ("contoso-root.cert.pem", include_bytes!("../../../fixtures/pki/contoso-root.cert.pem"));

/// A test identity: its name in the folder, on the certificate, and its octets. The password protects nothing.
struct TestIdentity(&'static str, &'static str, &'static [u8]);

const AUTHENTICATION: TestIdentity =
    TestIdentity("alice-auth", "Alice Auth", include_bytes!("../../../fixtures/pki/alice-auth.pbes2.p12"));
const SIGNING: TestIdentity = TestIdentity(
    "alice-signing",
    "Alice Signing",
    include_bytes!("../../../fixtures/pki/alice-signing.pbes2.p12"),
);
const ENCRYPTION: TestIdentity = TestIdentity(
    "alice-encryption",
    "Alice Encryption",
    include_bytes!("../../../fixtures/pki/alice-encryption.pbes2.p12"),
);

impl TestIdentity {
    fn path(&self) -> String {
        format!("{FOLDER}/{}.pbes2.p12", self.0)
    }

    fn password(&self) -> String {
        format!("p12-{}", self.0)
    }

    fn blob(&self) -> Pkcs12Blob {
        Pkcs12Blob { name: self.0.to_owned(), bytes: self.2.to_vec(), password: self.password() }
    }

    fn file(&self) -> Pkcs12File {
        Pkcs12File { file: named(self.path()), password: Sensitive::Spelt(self.password()) }
    }
}

fn named(path: String) -> FileName {
    FileName { path, place: Place { file: "walk".to_owned(), line: 1, column: 1 } }
}

fn root_path() -> String {
    format!("{FOLDER}/{}", ROOT.0)
}

/// Every file, by its path beside the scenario files.
fn files() -> [(String, &'static [u8]); 4] {
    let of = |identity: &TestIdentity| (identity.path(), identity.2);
    [(root_path(), ROOT.1), of(&AUTHENTICATION), of(&SIGNING), of(&ENCRYPTION)]
}

/// What walks deliver.
pub fn supplies() -> Supplies {
    let read = Certificate::from_pem(ROOT.1).unwrap_or_default();
    let roots = read.iter().map(|c| RootCertificate::named(c.display_name(), c.der().to_vec()));
    Supplies {
        certificates: Certificates {
            roots: vec![named(root_path())],
            authentication: Some(AUTHENTICATION.file()),
            signing: Some(SIGNING.file()),
            encryption: Some(ENCRYPTION.file()),
            others: Vec::new(),
        },
        delivered: DeliveredCertificates {
            roots: roots.collect(),
            authentication: Some(AUTHENTICATION.blob().into()),
            signing: Some(SIGNING.blob().into()),
            encryption: Some(ENCRYPTION.blob().into()),
            others: Vec::new(),
        },
        signing: SIGNING.1.to_owned(),
        encryption: ENCRYPTION.1.to_owned(),
    }
}

/// The files, for a target to take.
pub fn materials() -> Materials {
    files().into_iter().fold(Materials::default(), |all, (path, octets)| all.with_file(path, octets))
}

/// Writes the files beside scenario files in a folder.
///
/// # Errors
/// [`Failure::Write`].
pub(super) fn write(folder: &Path) -> Result<(), Failure> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Failure::Write { path, source }
    };
    std::fs::create_dir_all(folder.join(FOLDER)).map_err(failed(&folder.join(FOLDER)))?;
    for (path, octets) in files() {
        let path = folder.join(path);
        std::fs::write(&path, octets).map_err(failed(&path))?;
    }
    Ok(())
}
