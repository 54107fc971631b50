//! What is handed in beside the documents: certificates and objects that an export lost.

use profile::graph::Export;

/// Holds one thing handed in for a link.
#[derive(Debug, Clone)]
pub struct Supply {
    /// What it stands for: the id of a linked object, or the name of the link, such as `smimeSigningCertificate`.
    pub id: String,
    /// The file, as it was named.
    pub file: String,
    /// What is in it.
    pub content: Supplied,
}

/// Names what is in a file that was handed in; its printed form shows neither bytes nor password.
#[derive(Clone)]
pub enum Supplied {
    /// A trusted certificate, in DER.
    Certificate {
        /// The certificate.
        der: Vec<u8>,
    },
    /// An identity.
    Pkcs12 {
        /// The file.
        bytes: Vec<u8>,
        /// The password that opens it; without one the phone asks for it.
        password: Option<String>,
    },
    /// Objects of Graph.
    Objects(Export),
    /// Nothing: the file could not be used.
    Nothing {
        /// Why, as a fragment after the file's name.
        reason: String,
        /// What to do about it.
        help: Option<String>,
    },
}

impl std::fmt::Debug for Supplied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Certificate { der } => write!(f, "Certificate({} bytes)", der.len()),
            Self::Pkcs12 { bytes, .. } => write!(f, "Pkcs12({} bytes)", bytes.len()),
            Self::Objects(export) => write!(f, "Objects({})", export.resources.len()),
            Self::Nothing { reason, .. } => write!(f, "Nothing({reason})"),
        }
    }
}
