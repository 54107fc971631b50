//! The structure for people: one line for each fact, indented by what it is inside of.

use crate::tools::clean;
use std::io::{self, Write};

use super::view::{
    Algorithm, Attributes, Certificate, Compressed, Entity, Enveloped, Fault, Id, Layer, Node, Originator,
    Pkcs12, Recipient, Report, Signed, Signer,
};

/// # Errors
/// Those of `out`.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out, depth: 0, written: Ok(()) };
    let what = match report.form {
        "message" if report.layers == 0 && report.well_formed => "a message, neither signed nor encrypted",
        "message" => "a message",
        "binary" => "CMS, binary",
        "pem" => "CMS, PEM",
        "base64" => "CMS, base64",
        "pkcs12" => "a PKCS#12 file",
        _ => "nothing that is known here",
    };
    page.line(format!("{}: {what}", report.input));
    page.inside(|page| page.node(&report.structure));
    page.written
}

/// What is wrong, in one line. Octets are those of the input, where it has them.
pub(super) fn fault(fault: &Fault, line: Option<u64>) -> String {
    let line = line.map(|line| format!(" (line {line})")).unwrap_or_default();
    let place = match (fault.file_offset, fault.offset, fault.path.as_str()) {
        (Some(offset), _, "") => format!("malformed at octet {offset}{line}: "),
        (Some(offset), _, path) => format!("malformed at octet {offset}{line}, in {path}: "),
        (None, Some(offset), "") => format!("malformed at decoded octet {offset}: "),
        (None, Some(offset), path) => format!("malformed at octet {offset} in {path}, decoded: "),
        (None, None, "") => "malformed: ".to_owned(),
        (None, None, path) => format!("malformed in {path}: "),
    };
    let expected = match fault.expected {
        Some(expected) if !fault.message.contains(expected) => format!("; expected {expected}"),
        _ => String::new(),
    };
    place + &fault.message + &expected
}

struct Page<'w> {
    out: &'w mut dyn Write,
    depth: usize,
    /// What came of writing; after an error nothing more is written.
    written: io::Result<()>,
}

fn name(algorithm: &Algorithm) -> String {
    algorithm.name.map_or_else(|| algorithm.oid.clone(), str::to_owned)
}

fn names(algorithms: &[Algorithm]) -> String {
    match algorithms {
        [] => "none".to_owned(),
        some => some.iter().map(name).collect::<Vec<_>>().join(", "),
    }
}

fn whom(id: &Id) -> String {
    match id {
        Id::IssuerAndSerial { issuer, serial } => format!("issuer {issuer}, serial {serial}"),
        Id::Key { key_id } => format!("key identifier {key_id}"),
        Id::Other => "not by certificate".to_owned(),
    }
}

fn octets(size: impl TryInto<u64>) -> String {
    let size = size.try_into().unwrap_or(u64::MAX);
    if size == 1 { "1 octet".to_owned() } else { format!("{size} octets") }
}

impl Page<'_> {
    fn line(&mut self, text: impl AsRef<str>) {
        if self.written.is_ok() {
            // Names from the input could bring line ends, escapes and what turns the direction of writing.
            self.written = writeln!(self.out, "{:1$}{2}", "", 2 * self.depth, clean(text.as_ref()));
        }
    }

    fn inside(&mut self, more: impl FnOnce(&mut Self)) {
        self.depth += 1;
        more(self);
        self.depth -= 1;
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Mime(entity) => self.entity(entity),
            Node::SignedData(signed) => self.signed(signed),
            Node::EnvelopedData(enveloped) | Node::AuthEnvelopedData(enveloped) => self.enveloped(enveloped),
            Node::CompressedData(compressed) => self.compressed(compressed),
            Node::OtherCms(other) => {
                self.layer(&other.layer, None);
                self.inside(|page| page.line("this content type is not looked into"));
            }
            Node::Pkcs12(file) => self.pkcs12(file),
            Node::Octets { size, looks_like } => {
                let like = looks_like.map(|like| format!(", {like}")).unwrap_or_default();
                self.line(format!("{}{like}", octets(*size)));
            }
            Node::Malformed(broken) => self.line(fault(broken, None).replacen("malformed", "MALFORMED", 1)),
            Node::NotShown { reason } => self.line(format!("not shown: {reason}")),
        }
    }

    fn entity(&mut self, entity: &Entity) {
        let mut line = String::new();
        if !entity.path.is_empty() {
            line.push_str(&format!("[{}] ", entity.path));
        }
        line.push_str(&entity.content_type);
        for (what, value) in [
            ("smime-type", &entity.smime_type),
            ("protocol", &entity.protocol),
            ("micalg", &entity.micalg),
            ("protected header", &entity.header_protection),
            ("file", &entity.file_name),
        ] {
            if let Some(value) = value {
                line.push_str(&format!(", {what} {value}"));
            }
        }
        line.push_str(&format!(", {}, {}", entity.transfer_encoding, octets(entity.size)));
        self.line(line);
        self.inside(|page| {
            entity.notes.iter().for_each(|note| page.line(format!("note: {note}")));
        });
        self.inside(|page| entity.parts.iter().for_each(|part| page.node(part)));
    }

    fn layer(&mut self, layer: &Layer, version: Option<u32>) {
        let encoding = &layer.encoding;
        let mut how = encoding.form.to_owned();
        for (is, what) in [
            (encoding.indefinite_lengths, "indefinite lengths"),
            (encoding.constructed_strings, "strings in pieces"),
            (encoding.long_lengths, "lengths longer than needed"),
            (encoding.unsorted_sets, "unsorted sets"),
        ] {
            if is {
                how.push_str(if how.contains('(') { ", " } else { " (" });
                how.push_str(what);
            }
        }
        if how.contains('(') {
            how.push(')');
        }
        let version = version.map(|version| format!(", version {version}")).unwrap_or_default();
        self.line(format!("CMS {}{version}, {how}, {}", name(&layer.content_type), octets(layer.size)));
    }

    fn signed(&mut self, signed: &Signed) {
        self.layer(&signed.layer, Some(signed.version));
        self.inside(|page| {
            page.line(format!("digest algorithms: {}", names(&signed.digest_algorithms)));
            let kind = name(&signed.encapsulated_type);
            match signed.encapsulated_size {
                Some(size) => page.line(format!("encapsulated content: {kind}, {}", octets(size))),
                None if signed.signers.is_empty() => {
                    page.line(format!("no content ({kind}): certificates only"))
                }
                None => page.line(format!("no content inside ({kind}): the signature is detached")),
            }
            for (index, certificate) in signed.certificates.iter().enumerate() {
                page.certificate(index + 1, &certificate.0);
            }
            if signed.other_certificates > 0 {
                page.line(format!(
                    "certificates that cannot be read, or of other formats: {}",
                    signed.other_certificates
                ));
            }
            for crl in &signed.crls {
                let kind = if crl.delta { "delta revocation list" } else { "revocation list" };
                let next = crl.next_update.as_deref().unwrap_or("not said");
                let (issuer, this) = (&crl.issuer, &crl.this_update);
                page.line(format!("{kind} of {issuer}: {} entries, issued {this}, next {next}", crl.entries));
            }
            if signed.other_crls > 0 {
                page.line(format!("other revocation information: {}", signed.other_crls));
            }
            if signed.signers.is_empty() {
                page.line("signers: none");
            }
            for (index, signer) in signed.signers.iter().enumerate() {
                page.signer(&format!("signer {}", index + 1), signer);
            }
            if let Some(content) = &signed.content {
                page.line("inside:");
                page.inside(|page| page.node(content));
            }
        });
    }

    fn certificate(&mut self, number: usize, certificate: &Certificate) {
        self.line(format!("certificate {number}: {}", certificate.subject));
        self.inside(|page| {
            page.line(format!("issuer {}, serial {}", certificate.issuer, certificate.serial));
            page.line(format!("valid {} to {}", certificate.not_before, certificate.not_after));
            if !certificate.addresses.is_empty() {
                page.line(format!("addresses: {}", certificate.addresses.join(", ")));
            }
            let signed =
                certificate.signature_algorithm.as_deref().unwrap_or("an algorithm that is not known");
            let ca = if certificate.ca { "; it is a certification authority's" } else { "" };
            page.line(format!("key: {}; signed: {signed}{ca}", certificate.key));
            let usages = |usages: Option<String>| usages.unwrap_or_else(|| "any (not restricted)".to_owned());
            let key_usage = usages(certificate.key_usage.as_ref().map(|usages| usages.join(", ")));
            let extended = usages(certificate.extended_key_usage.as_ref().map(|usages| usages.join(", ")));
            page.line(format!("usage: {key_usage}; extended: {extended}"));
        });
    }

    fn signer(&mut self, title: &str, signer: &Signer) {
        self.line(format!("{title}: {}", whom(&signer.id)));
        self.inside(|page| {
            page.line(match &signer.certificate {
                Some(subject) => format!("certificate: {subject}"),
                None => "certificate: not in the message".to_owned(),
            });
            let scheme = signer.signature_scheme.clone().unwrap_or_else(|| name(&signer.signature_algorithm));
            let (digest, size) = (name(&signer.digest_algorithm), octets(signer.signature_size));
            page.line(format!("version {}, digest {digest}, signature {scheme}, {size}", signer.version));
            match &signer.signed_attributes {
                Some(attributes) => page.attributes("signed attributes", attributes),
                None => page.line("signed attributes: none"),
            }
            if !signer.unsigned_attributes.is_empty() {
                page.line(format!("unsigned attributes: {}", names(&signer.unsigned_attributes)));
            }
            for (index, counter) in signer.countersignatures.iter().enumerate() {
                page.signer(&format!("countersignature {}", index + 1), counter);
            }
        });
    }

    fn attributes(&mut self, title: &str, attributes: &Attributes) {
        self.line(format!("{title}: {}", names(&attributes.types)));
        self.inside(|page| {
            if let Some(time) = &attributes.signing_time {
                page.line(format!("signing time: {time}"));
            }
            if !attributes.capabilities.is_empty() {
                page.line(format!("capabilities: {}", names(&attributes.capabilities)));
            }
            if let Some(id) = &attributes.encryption_key {
                page.line(format!("key for answers: {}", whom(id)));
            }
            for named in &attributes.signing_certificates {
                page.line(match (named.digest, &named.hash) {
                    (Some(digest), Some(hash)) => format!("{}: {digest} {hash}", named.attribute),
                    _ => format!("{}: cannot be read", named.attribute),
                });
            }
        });
    }

    fn enveloped(&mut self, enveloped: &Enveloped) {
        self.layer(&enveloped.layer, Some(enveloped.version));
        self.inside(|page| {
            if enveloped.originator_infos > 0 {
                page.line(format!("certificates of the sender: {}", enveloped.originator_infos));
            }
            for (index, recipient) in enveloped.recipients.iter().enumerate() {
                page.recipient(index + 1, recipient);
            }
            let mut line =
                format!("content: {}, {}", name(&enveloped.encrypted_type), name(&enveloped.cipher));
            if let Some(size) = enveloped.iv_size {
                line.push_str(&format!(", initialisation vector of {}", octets(size)));
            }
            if let Some(size) = enveloped.tag_size {
                line.push_str(&format!(", tag of {}", octets(size)));
            }
            page.line(line);
            if let Some(attributes) = &enveloped.authenticated_attributes {
                page.attributes("authenticated attributes", attributes);
            }
            if !enveloped.unprotected_attributes.is_empty() {
                page.line(format!("unprotected attributes: {}", names(&enveloped.unprotected_attributes)));
            }
            page.line(match enveloped.ciphertext_size {
                Some(size) => {
                    format!("inside: {} of ciphertext; what is encrypted cannot be seen", octets(size))
                }
                None => "inside: nothing; the ciphertext is elsewhere".to_owned(),
            });
        });
    }

    fn recipient(&mut self, number: usize, recipient: &Recipient) {
        match recipient {
            Recipient::KeyTransport { version, id, algorithm, oaep, encrypted_key_size } => {
                self.line(format!("recipient {number}: {}", whom(id)));
                let oaep = oaep.as_ref().map_or(String::new(), |oaep| {
                    let label = if oaep.label_size > 0 { ", with a label" } else { "" };
                    format!(" with {}, MGF1 with {}{label}", oaep.digest, oaep.mgf1_digest)
                });
                let (algorithm, size) = (name(algorithm), octets(*encrypted_key_size));
                self.inside(|page| {
                    page.line(format!("key transport, version {version}, {algorithm}{oaep}, {size}"))
                });
            }
            Recipient::KeyAgreement {
                version,
                originator,
                ukm_size,
                algorithm,
                key_wrap,
                recipients,
                ..
            } => {
                self.line(format!(
                    "recipient {number}: key agreement, version {version}, {}",
                    name(algorithm)
                ));
                self.inside(|page| {
                    page.line(match originator {
                        Originator::Ephemeral { curve, point_size, .. } => {
                            let curve = curve.as_ref().map_or("a curve that is not named".to_owned(), name);
                            format!(
                                "originator: a key for this message on {curve}, point of {}",
                                octets(*point_size)
                            )
                        }
                        Originator::Certificate { id } => format!("originator: {}", whom(id)),
                        Originator::Other => "originator: of a kind that is not known".to_owned(),
                    });
                    let wrap = key_wrap.as_ref().map_or("not said".to_owned(), name);
                    let ukm = ukm_size
                        .map(|size| format!(", keying material of {}", octets(size)))
                        .unwrap_or_default();
                    page.line(format!("key wrap: {wrap}{ukm}"));
                    recipients.iter().for_each(|id| page.line(format!("for {}", whom(id))));
                });
            }
            Recipient::SharedKey => self.line(format!("recipient {number}: a key that both sides have")),
            Recipient::Password => self.line(format!("recipient {number}: a password")),
            Recipient::Other { type_oid } => {
                let kind = type_oid.as_deref().unwrap_or("not said");
                self.line(format!("recipient {number}: another kind ({kind})"));
            }
        }
    }

    fn compressed(&mut self, compressed: &Compressed) {
        self.layer(&compressed.layer, Some(compressed.version));
        self.inside(|page| {
            let mut line = format!("compression: {}", name(&compressed.algorithm));
            if let Some(size) = compressed.compressed_size {
                line.push_str(&format!(", {}", octets(size)));
            }
            if let Some(size) = compressed.expanded_size {
                line.push_str(&format!(", expanded {}", octets(size)));
            }
            page.line(line);
            if let Some(content) = &compressed.content {
                page.line("inside:");
                page.inside(|page| page.node(content));
            }
        });
    }

    fn pkcs12(&mut self, file: &Pkcs12) {
        for protection in &file.protections {
            let what = match protection.part {
                "integrity" => "integrity of the file",
                "contents" => "encrypted contents",
                _ => "private key",
            };
            let iterations = match protection.iterations {
                0 => String::new(),
                some => format!(", {some} iterations"),
            };
            let legacy =
                if protection.legacy && protection.algorithm != "none" { "; an old algorithm" } else { "" };
            self.line(format!("{what}: {}{iterations}{legacy}", protection.algorithm));
        }
        let (keys, certificates) = (file.visible_keys, file.visible_certificates);
        self.line(format!("outside of encrypted contents: {keys} private keys, {certificates} certificates"));
    }
}
