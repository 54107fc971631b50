//! A small program over the engine, for comparing whole processes: the commands of `handset smime` as far as that
//! comparison needs them, streaming, in constant memory. `versus --processes` runs it unless it is given a program.
//!
//! Text is taken with any line ends. What is decrypted goes to a file beside the output that takes the output's name
//! only when padding, tag or signature were right.

use crypto::AwsLc;
use smime::cms::{
    Decryptor, DetachedSigner, EncryptOptions, EnvelopedWriter, SignatureOptions, SignedWriter, Verifier,
};
use smime::mime::{Base64Decoder, Base64Encoder, Canonicaliser};
use smime::{BulkCipher, Certificate, Context, Identity, PrivateKey, Purpose, Timestamp, TrustStore};
use std::error::Error;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How much is read at a time; it stays in the second-level cache while it passes all steps.
const PIECE: usize = 128 << 10;
/// How much of a message is looked at for its header, and for its signature.
const ENDS: usize = 64 << 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Outcome<()> {
    let value = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let need = |flag: &'static str| value(flag).ok_or(flag);
    // The input is the one argument that neither is a flag nor follows one.
    let bare = (1..arguments.len()).find(|at| {
        !arguments[*at].starts_with('-')
            && (arguments[at - 1] == "--opaque" || !arguments[at - 1].starts_with('-'))
    });
    let input = File::open(&arguments[bare.ok_or("no input")?])?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let crypto = AwsLc;
    let cx = Context { now: Timestamp(now as i64), crypto: &crypto };
    let output = need("-o")?;
    let part = format!("{output}.part");
    let mut out = File::create(&part)?;
    match arguments.first().map(String::as_str) {
        Some("sign") => {
            let signer = identity(need("--signer")?, need("--key")?)?;
            if arguments.iter().any(|argument| argument == "--opaque") {
                sign_opaque(&cx, &signer, input, &mut out)?;
            } else {
                sign_detached(&cx, &signer, input, &mut out)?;
            }
        }
        Some("encrypt") => {
            let cipher = match value("--cipher") {
                Some("aes-256-gcm") => BulkCipher::Aes256Gcm,
                Some("aes-128-cbc") => BulkCipher::Aes128Cbc,
                _ => BulkCipher::Aes256Cbc,
            };
            encrypt(&cx, &certificates(need("--recipient")?)?, cipher, input, &mut out)?;
        }
        Some("decrypt") => decrypt(&cx, identity(need("--recipient")?, need("--key")?)?, input, &mut out)?,
        Some("verify") => verify(&cx, &certificates(need("--ca-file")?)?, input, &mut out)?,
        _ => return Err("sign, encrypt, decrypt or verify".into()),
    }
    drop(out);
    fs::rename(part, output)?;
    Ok(())
}

fn certificates(path: &str) -> Outcome<Vec<Certificate>> {
    Ok(Certificate::from_pem(&fs::read(path)?)?)
}

fn identity(certificate: &str, key: &str) -> Outcome<Identity> {
    let mut certificates = certificates(certificate)?;
    let certificate = certificates.remove(0);
    Ok(Identity { certificate, key: PrivateKey::from_pem(&fs::read(key)?)?, chain: certificates })
}

/// Hands over a file piece by piece.
fn pieces(mut input: impl Read, mut take: impl FnMut(&[u8]) -> Outcome<()>) -> Outcome<()> {
    let mut buffer = vec![0; PIECE];
    loop {
        match input.read(&mut buffer)? {
            0 => return Ok(()),
            read => take(&buffer[..read])?,
        }
    }
}

fn sign_detached(cx: &Context<'_>, signer: &Identity, input: File, out: &mut File) -> Outcome<()> {
    let options = SignatureOptions { signing_time: Some(cx.now), ..SignatureOptions::default() };
    let mut random = [0; 16];
    cx.crypto.random(&mut random);
    let boundary: String = random.iter().map(|octet| format!("{octet:02x}")).collect();
    write!(
        out,
        "MIME-Version: 1.0\r\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\
         \tmicalg=sha-256; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n"
    )?;
    let mut signing = DetachedSigner::new(cx, signer, &options)?;
    let (mut canonicaliser, mut text) = (Canonicaliser::new(), Vec::new());
    pieces(input, |piece| {
        text.clear();
        canonicaliser.update(piece, &mut text);
        signing.update(&text);
        Ok(out.write_all(&text)?)
    })?;
    let mut end = format!(
        "\r\n--{boundary}\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n"
    )
    .into_bytes();
    let mut encoder = Base64Encoder::new();
    encoder.update(&signing.finish()?, &mut end);
    encoder.finish(&mut end);
    end.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(out.write_all(&end)?)
}

fn header(smime_type: &str) -> String {
    format!(
        "MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type={smime_type}; name=\"smime.p7m\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n"
    )
}

fn sign_opaque(cx: &Context<'_>, signer: &Identity, input: File, out: &mut File) -> Outcome<()> {
    let options = SignatureOptions { signing_time: Some(cx.now), ..SignatureOptions::default() };
    let (mut canonicaliser, mut encoder) = (Canonicaliser::new(), Base64Encoder::new());
    let (mut text, mut cms, mut wire) = (Vec::new(), Vec::new(), header("signed-data").into_bytes());
    let mut writer = SignedWriter::new(cx, signer, &options, None, &mut cms)?;
    pieces(input, |piece| {
        text.clear();
        canonicaliser.update(piece, &mut text);
        writer.update(&text, &mut cms);
        encoder.update(&cms, &mut wire);
        cms.clear();
        out.write_all(&wire)?;
        wire.clear();
        Ok(())
    })?;
    writer.finish(&mut cms)?;
    encoder.update(&cms, &mut wire);
    encoder.finish(&mut wire);
    Ok(out.write_all(&wire)?)
}

fn encrypt(
    cx: &Context<'_>,
    to: &[Certificate],
    cipher: BulkCipher,
    input: File,
    out: &mut File,
) -> Outcome<()> {
    let options = EncryptOptions { cipher, ..EncryptOptions::default() };
    let kind = if cipher == BulkCipher::Aes256Gcm { "authEnveloped-data" } else { "enveloped-data" };
    let (mut canonicaliser, mut encoder) = (Canonicaliser::new(), Base64Encoder::new());
    let (mut text, mut cms, mut wire) = (Vec::new(), Vec::new(), header(kind).into_bytes());
    let mut writer = EnvelopedWriter::new(cx, to, &options, None, &mut cms)?;
    pieces(input, |piece| {
        text.clear();
        canonicaliser.update(piece, &mut text);
        writer.update(&text, &mut cms)?;
        encoder.update(&cms, &mut wire);
        cms.clear();
        out.write_all(&wire)?;
        wire.clear();
        Ok(())
    })?;
    writer.finish(&mut cms)?;
    encoder.update(&cms, &mut wire);
    encoder.finish(&mut wire);
    Ok(out.write_all(&wire)?)
}

fn decrypt(cx: &Context<'_>, identity: Identity, mut input: File, out: &mut File) -> Outcome<()> {
    let mut head = vec![0; ENDS];
    let read = input.read(&mut head)?;
    input.seek(SeekFrom::Start(body(&head[..read])? as u64))?;
    let identities = [identity];
    let (mut decoder, mut decryptor) = (Base64Decoder::new(), Decryptor::new(cx, &identities));
    let (mut cms, mut held) = (Vec::new(), Vec::new());
    pieces(input, |piece| {
        cms.clear();
        held.clear();
        decoder.update(piece, &mut cms)?;
        decryptor.update(&cms, &mut held)?;
        Ok(out.write_all(&held)?)
    })?;
    cms.clear();
    held.clear();
    decoder.finish(&mut cms)?;
    decryptor.update(&cms, &mut held)?;
    decryptor.finish(&mut held)?.opened_by?;
    Ok(out.write_all(&held)?)
}

/// Where the header ends.
fn body(head: &[u8]) -> Outcome<usize> {
    let crlf = find(head, b"\r\n\r\n").map(|at| at + 4);
    let lf = find(head, b"\n\n").map(|at| at + 2);
    Ok(crlf.into_iter().chain(lf).min().ok_or("no header")?)
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn verify(cx: &Context<'_>, roots: &[Certificate], mut input: File, out: &mut File) -> Outcome<()> {
    let mut trust = TrustStore::new();
    for root in roots {
        trust.add(root.clone());
    }
    // The signature is at the end: it says how to hash before the content is read.
    let length = input.metadata()?.len();
    let mut head = vec![0; ENDS];
    let read = input.read(&mut head)?;
    let head = &head[..read];
    let name = find(head, b"boundary=\"").ok_or("no boundary")? + 10;
    let boundary = &head[name..name + find(&head[name..], b"\"").ok_or("no boundary")?];
    let delimiter = [b"--", boundary].concat();
    let after = body(head)?;
    let first = after + find(&head[after..], &delimiter).ok_or("no part")? + delimiter.len();
    let start = first + find(&head[first..], b"\n").ok_or("no part")? + 1;
    let tail_at = length.saturating_sub(ENDS as u64).max(start as u64);
    input.seek(SeekFrom::Start(tail_at))?;
    let mut tail = Vec::new();
    input.read_to_end(&mut tail)?;
    let mut at = find(&tail, &delimiter).ok_or("no signature")?;
    let signature = &tail[at + delimiter.len()..];
    let signature = &signature[body(signature)?..];
    let signature = &signature[..find(signature, &delimiter).ok_or("no signature")?];
    at -= if tail[..at].ends_with(b"\r\n") { 2 } else { 1 };
    let end = tail_at + at as u64;

    let mut cms = Vec::new();
    let mut decoder = Base64Decoder::new();
    decoder.update(signature, &mut cms)?;
    decoder.finish(&mut cms)?;
    let mut verifier = Verifier::new(cx);
    verifier.update(&cms, &mut Vec::new())?;
    let signed = verifier.finish()?;
    let mut digests = signed.detached(cx);
    input.seek(SeekFrom::Start(start as u64))?;
    let (mut canonicaliser, mut text) = (Canonicaliser::new(), Vec::new());
    pieces(input.take(end - start as u64), |piece| {
        text.clear();
        canonicaliser.update(piece, &mut text);
        digests.update(&text);
        Ok(out.write_all(&text)?)
    })?;
    let reports = signed.reports(cx, Some(&digests.finish()), &[], &trust, Purpose::EmailSigning);
    for report in &reports {
        report.signature.clone()?;
        report.path.clone()?;
    }
    if reports.is_empty() { Err("nobody signed".into()) } else { Ok(()) }
}
