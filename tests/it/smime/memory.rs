//! Memory is constant: a message passes through every command in 16 MiB, whatever its length.

use super::{AT, pki, signer, text};
use crate::program::handset;
use conformance::Scratch;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// The length of the message.
const MESSAGE_MIB: usize = 64;
/// How much a command may have had at its peak, in KiB.
const PEAK_MAX_KIB: u64 = 16 * 1024;

/// Feeds a command in pieces and gives its peak memory in KiB, read while it still waits for the end of its input.
fn peak(arguments: &[&str], mut input: impl FnMut(&mut dyn Write)) -> u64 {
    let mut child = Command::new(handset())
        .arg("smime")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input");
    input(&mut stdin);
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("Linux");
    drop(stdin);
    assert!(child.wait().expect("it ends").success(), "{arguments:?}");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("KiB")
}

fn message(out: &mut dyn Write) {
    out.write_all(b"From: alice@contoso.example\nContent-Type: text/plain\n\n").unwrap();
    let line = b"All work and no play makes a long message out of a short one, and nobody reads it.\n";
    let mebibyte: Vec<u8> = line.iter().copied().cycle().take(1024 * 1024).collect();
    for _ in 0..MESSAGE_MIB {
        out.write_all(&mebibyte).unwrap();
    }
}

/// An entity that is CompressedData (RFC 3274) of a text of nothing but zeros, about a thousandth of its length.
fn compressed_message() -> Vec<u8> {
    let tlv = |tag: u8, content: &[u8]| {
        let length = u32::try_from(content.len()).expect("short").to_be_bytes();
        [&[tag, 0x84][..], &length, content].concat()
    };
    let mut text = b"Content-Type: text/plain\r\n\r\n".to_vec();
    text.resize((MESSAGE_MIB - 1) * 1024 * 1024, b'0');
    let zlib = tlv(0x04, &miniz_oxide::deflate::compress_to_vec_zlib(&text, 9));
    // id-data; id-alg-zlibCompress; id-ct-compressedData
    let data = [&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1][..], &tlv(0xa0, &zlib)].concat();
    let algorithm = [&[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 3, 8][..]].concat();
    let content = [&[2, 1, 0][..], &tlv(0x30, &algorithm), &tlv(0x30, &data)].concat();
    let kind = [6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 9];
    let info = tlv(0x30, &[&kind[..], &tlv(0xa0, &tlv(0x30, &content))].concat());
    let header = "Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\r\n\
                  Content-Transfer-Encoding: base64\r\n\r\n";
    let mut encoder = smime::mime::Base64Encoder::new();
    let mut message = header.as_bytes().to_vec();
    encoder.update(&info, &mut message);
    encoder.finish(&mut message);
    message
}

fn copy(path: &Path) -> impl FnMut(&mut dyn Write) {
    let mut file = File::open(path).unwrap();
    move |out| {
        let mut piece = vec![0; 1024 * 1024];
        loop {
            match file.read(&mut piece).unwrap() {
                0 => return,
                length => out.write_all(&piece[..length]).unwrap(),
            }
        }
    }
}

/// The most memory of `inspect` until it prints more than a pipe holds, in KiB.
fn peak_of_inspect(input: Vec<u8>, format: &str) -> u64 {
    let mut child = Command::new(handset())
        .args(["smime", "inspect", "--format", format])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input");
    let feeder = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let mut stdout = child.stdout.take().expect("standard output");
    let mut first = [0];
    stdout.read_exact(&mut first).expect("an answer");
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("Linux");
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).expect("an answer");
    feeder.join().expect("it was fed");
    child.wait().expect("it ends");
    // What is small may be over by then: it was told at once.
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)).map_or(0, |kib| kib.parse().expect("KiB"))
}

#[test]
fn structures_that_are_made_to_be_large_are_inspected_in_constant_memory() {
    let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(20_000).into_bytes();
    let deep: String = (0..5000)
        .map(|level| format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"))
        .collect();
    let mail = String::from_utf8(super::signed(&[], super::MESSAGE)).unwrap();
    let part = format!("--digest\r\nContent-Type: message/rfc822\r\n\r\n{mail}\r\n");
    let digest = |count: usize| {
        format!("Content-Type: multipart/digest; boundary=digest\r\n\r\n{}--digest--\r\n", part.repeat(count))
    };
    let mut peaks = Vec::new();
    for format in ["human", "json"] {
        peaks.push(("nested", format, peak_of_inspect(nested.clone(), format)));
        peaks.push(("deep", format, peak_of_inspect(deep.clone().into_bytes(), format)));
        for count in [500, 5000] {
            peaks.push(("digest", format, peak_of_inspect(digest(count).into_bytes(), format)));
        }
    }
    assert!(peaks.iter().all(|(.., kib)| *kib <= PEAK_MAX_KIB), "{peaks:?} KiB");
}

#[test]
fn what_is_compressed_is_expanded_in_constant_memory() {
    let scratch = Scratch::new("smime-memory-compressed");
    let (plain, sealed, out) = (scratch.file("plain"), scratch.file("sealed"), scratch.file("out"));
    fs::write(&plain, compressed_message()).unwrap();
    assert!(fs::metadata(&plain).unwrap().len() < 200_000);
    let (certificate, key) = (pki("alice-encryption.cert.pem"), pki("alice-encryption.key.pem"));
    let (alice, root) = (signer("alice-signing"), pki("contoso-root.cert.pem"));
    let verify = ["verify", "--ca-file", &root, "--at", AT, "--no-from-check", "-o", text(&out)];
    let decrypt = ["decrypt", "--recipient", &certificate, "--key", &key, "-o", text(&out)];
    let mut peaks = Vec::new();
    let long = (MESSAGE_MIB as u64 - 2) * 1024 * 1024;
    for form in [&[][..], &["--opaque"]] {
        let sign = [&["sign"][..], form, &["-o", text(&sealed)], &alice.each_str()].concat();
        peaks.push(("sign", peak(&sign, copy(&plain))));
        peaks.push(("verify", peak(&verify, copy(&sealed))));
        assert!(fs::metadata(&out).unwrap().len() > long);
        peaks.push(("inspect", peak(&["inspect"], copy(&sealed))));
    }
    let encrypt = ["encrypt", "--recipient", &certificate, "-o", text(&sealed)];
    peaks.push(("encrypt", peak(&encrypt, copy(&plain))));
    fs::remove_file(&out).unwrap();
    peaks.push(("decrypt", peak(&decrypt, copy(&sealed))));
    assert!(fs::metadata(&out).unwrap().len() > long);
    assert!(peaks.iter().all(|(_, kib)| *kib <= PEAK_MAX_KIB), "{peaks:?} KiB");
}

#[test]
fn every_command_works_in_constant_memory() {
    let scratch = Scratch::new("smime-memory");
    let (sealed, out) = (scratch.file("sealed"), scratch.file("out"));
    let (certificate, key) = (pki("alice-encryption.cert.pem"), pki("alice-encryption.key.pem"));
    let alice = signer("alice-signing");
    let mut peaks = Vec::new();
    for opaque in [&[][..], &["--opaque"]] {
        let sign = [&["sign"][..], opaque, &["-o", text(&sealed)], &alice.each_str()].concat();
        peaks.push(("sign", peak(&sign, message)));
        let root = pki("contoso-root.cert.pem");
        let verify = ["verify", "--ca-file", &root, "--at", AT, "-o", text(&out)];
        peaks.push(("verify", peak(&verify, copy(&sealed))));
    }
    for cipher in ["aes-256-cbc", "aes-256-gcm"] {
        let encrypt = ["encrypt", "--recipient", &certificate, "--cipher", cipher, "-o", text(&sealed)];
        peaks.push((cipher, peak(&encrypt, message)));
        let decrypt = ["decrypt", "--recipient", &certificate, "--key", &key, "-o", text(&out)];
        peaks.push((cipher, peak(&decrypt, copy(&sealed))));
        // Held back from standard output until it was checked: on disk, not in memory.
        let decrypt = ["decrypt", "--recipient", &certificate, "--key", &key];
        peaks.push((cipher, peak(&decrypt, copy(&sealed))));
    }
    // Whatever is inspected: a mail as long, one signed around, one encrypted.
    peaks.push(("inspect plain", peak(&["inspect"], message)));
    peaks.push(("inspect encrypted", peak(&["inspect"], copy(&sealed))));
    let sign = [&["sign", "--opaque", "-o", text(&out)][..], &alice.each_str()].concat();
    peaks.push(("sign", peak(&sign, message)));
    peaks.push(("inspect signed", peak(&["inspect"], copy(&out))));
    assert!(fs::metadata(&out).unwrap().len() > MESSAGE_MIB as u64 * 1024 * 1024);
    assert!(peaks.iter().all(|(_, kib)| *kib <= PEAK_MAX_KIB), "{peaks:?} KiB");
}
