//! CMS against `gpgsm`, whose encoder and parser are its own (libksba): BER with indefinite lengths, RSA only.
//!
//! Without the program the test is skipped, loudly; with `HANDSET_REQUIRE_PEERS=1` it fails instead.

mod cms_peer;

use cms_peer::{Peer, peer};
use smime::cms::{
    self, ContentDigests, DetachedSigner, EncryptOptions, SignatureOptions, SignerReport, Verifier,
};
use smime::{BulkCipher, Purpose};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const CONTENT: &[u8] = b"Content-Type: text/plain\r\n\r\nHello from afar\r\n";

struct Gpgsm {
    home: PathBuf,
}

impl Gpgsm {
    /// A home with the key of "rsa", its issuer trusted.
    fn start(peer: &Peer) -> Option<Gpgsm> {
        let found =
            Command::new("gpgsm").arg("--version").output().is_ok_and(|output| output.status.success());
        if !found {
            let required = std::env::var("HANDSET_REQUIRE_PEERS").is_ok_and(|value| value == "1");
            assert!(!required, "no gpgsm program, and HANDSET_REQUIRE_PEERS is set");
            eprintln!("SKIPPED: no gpgsm program to talk to");
            return None;
        }
        // The agent's socket must have a short name and its folder be private.
        let home = std::env::temp_dir().join(format!("gpgsm-{}", std::process::id()));
        std::fs::create_dir_all(&home).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&home, private).unwrap();
        std::fs::write(home.join("gpgsm.conf"), "disable-crl-checks\ndisable-dirmngr\n").unwrap();
        std::fs::write(home.join("gpg-agent.conf"), "allow-loopback-pinentry\n").unwrap();
        let root = peer.trust.anchors().next().unwrap();
        let cx = peer.cx();
        let fingerprint = cx.crypto.digest(smime::DigestAlgorithm::Sha1, &[root.der()]);
        let fingerprint: Vec<String> = fingerprint.iter().map(|octet| format!("{octet:02X}")).collect();
        std::fs::write(home.join("trustlist.txt"), format!("{} S relax\n", fingerprint.join(":"))).unwrap();
        peer.run(&[
            "pkcs12",
            "-export",
            "-legacy",
            "-in",
            "rsa.pem",
            "-inkey",
            "rsa.key",
            "-certfile",
            "ca.pem",
            "-passout",
            "pass:x",
            "-out",
            "rsa.p12",
        ]);
        let gpgsm = Gpgsm { home };
        gpgsm.run(&["--import", &peer.path("rsa.p12")], b"").expect("the key is imported");
        Some(gpgsm)
    }

    /// Runs the program with the passphrase on one channel and a file as its input; gives what it wrote.
    fn run(&self, args: &[&str], input: &[u8]) -> Option<Vec<u8>> {
        let (source, target) = (self.home.join("in"), self.home.join("out"));
        std::fs::write(&source, input).unwrap();
        let _ = std::fs::remove_file(&target);
        let mut command = Command::new("gpgsm");
        command.env("GNUPGHOME", &self.home).args(["--batch", "--yes", "--pinentry-mode", "loopback"]);
        command.args(["--passphrase-fd", "0", "--output"]).arg(&target).args(args);
        if args[0] != "--import" {
            command.arg(&source);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"x\n").unwrap();
        let output = child.wait_with_output().unwrap();
        if !output.status.success() {
            eprintln!("{args:?}: {}", String::from_utf8_lossy(&output.stderr));
            return None;
        }
        Some(std::fs::read(&target).unwrap_or_default())
    }
}

impl Drop for Gpgsm {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").env("GNUPGHOME", &self.home).args(["--kill", "all"]).status();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

fn verify(peer: &Peer, cms: &[u8], detached: Option<&[u8]>) -> (Vec<u8>, Vec<SignerReport>) {
    let cx = peer.cx();
    let mut content = Vec::new();
    let mut verifier = Verifier::new(&cx);
    cms.chunks(100).for_each(|piece| verifier.update(piece, &mut content).unwrap());
    let signed = verifier.finish().unwrap();
    let digests = detached.map(|content| {
        let mut digests: ContentDigests = signed.detached(&cx);
        digests.update(content);
        digests.finish()
    });
    let reports = signed.reports(&cx, digests.as_ref(), &[], &peer.trust, Purpose::EmailSigning);
    (content, reports)
}

#[test]
fn messages_go_both_ways() {
    let Some(peer) = peer() else { return };
    let Some(gpgsm) = Gpgsm::start(peer) else { return };
    let rsa = peer.identity("rsa");

    // what gpgsm signs
    let opaque = gpgsm.run(&["--sign", "-u", "rsa@handset.example"], CONTENT).unwrap();
    assert_eq!(opaque[..2], [0x30, 0x80], "gpgsm writes BER");
    let (content, reports) = verify(peer, &opaque, None);
    assert!(content == CONTENT && reports.len() == 1 && reports[0].valid(), "{reports:?}");
    let detached = gpgsm.run(&["--detach-sign", "-u", "rsa@handset.example"], CONTENT).unwrap();
    let (_, reports) = verify(peer, &detached, Some(CONTENT));
    assert!(reports.len() == 1 && reports[0].valid(), "{reports:?}");
    let (_, reports) = verify(peer, &detached, Some(b"else"));
    assert_eq!(reports[0].signature, Err(cms::SignatureError::Content));

    // what is signed here
    let options = SignatureOptions { signing_time: Some(peer.cx().now), ..SignatureOptions::default() };
    for signer in ["rsa", "p256"] {
        let identity = peer.identity(signer);
        let signed = cms::sign_attached(&peer.cx(), CONTENT, identity, &options).unwrap();
        assert_eq!(gpgsm.run(&["--verify"], &signed).as_deref(), Some(CONTENT), "{signer}");
        let cx = peer.cx();
        let mut signing = DetachedSigner::new(&cx, identity, &options).unwrap();
        signing.update(CONTENT);
        let path = gpgsm.home.join("detached");
        std::fs::write(&path, signing.finish().unwrap()).unwrap();
        let path = path.to_str().unwrap();
        assert!(gpgsm.run(&["--verify", path], CONTENT).is_some(), "{signer}");
        assert!(gpgsm.run(&["--verify", path], b"else").is_none(), "{signer}");
    }

    // what gpgsm encrypts
    for (name, cipher) in [
        ("AES128", BulkCipher::Aes128Cbc),
        ("AES256", BulkCipher::Aes256Cbc),
        ("3DES", BulkCipher::TripleDesCbc),
    ] {
        let args = ["--encrypt", "--cipher-algo", name, "-r", "rsa@handset.example"];
        let encrypted = gpgsm.run(&args, CONTENT).unwrap();
        let opened = cms::decrypt(&peer.cx(), &encrypted, std::slice::from_ref(rsa)).unwrap();
        assert_eq!((opened.cipher, opened.opened_by), (Some(cipher), Ok(0)));
        assert_eq!(opened.content.as_deref(), Some(CONTENT));

        // what is encrypted here, which triple DES is not
        if cipher == BulkCipher::TripleDesCbc {
            continue;
        }
        let recipients = [rsa.certificate.clone()];
        let ours = cms::encrypt(
            &peer.cx(),
            CONTENT,
            &recipients,
            &EncryptOptions { cipher, ..EncryptOptions::default() },
        )
        .unwrap();
        assert_eq!(gpgsm.run(&["--decrypt"], &ours).as_deref(), Some(CONTENT), "{name}");
    }
}
