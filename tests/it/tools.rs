//! The tools for authors of profiles, on the committed profiles, with openssl and python as peers.

mod diff;

use crate::program::{handset, try_json};
use conformance::{Scratch, files, peer, profile, root, run};
use profile::plist::{self, Dictionary, Node, Value};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What stands in the committed profiles under `Password`.
const SECRETS: [&str; 4] =
    ["alice-mail-password", "p12-alice-signing", "p12-alice-encryption", "p12-alice-auth"];

/// The time of the trials.
const CLOCK: &str = "2026-11-02T08:00:00Z";

fn tool(arguments: &[&str]) -> Output {
    run(Command::new(handset()).args(arguments).current_dir(root()))
}

/// Runs a tool and gives its exit code, standard output and standard error.
fn ran(arguments: &[&str]) -> (i32, String, String) {
    let output = tool(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    (output.status.code().unwrap_or_else(|| panic!("{arguments:?}: killed: {err}")), out, err)
}

fn with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(handset())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("standard input").write_all(input).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn pki(name: &str) -> String {
    text(&root().join("fixtures/pki").join(name)).to_owned()
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn value(path: &Path) -> Node {
    plist::read(&read(path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The committed profiles that are property lists as they are.
fn plain_profiles() -> Vec<PathBuf> {
    let all = files(&root().join("fixtures/profiles"), "mobileconfig");
    all.into_iter().filter(|file| plist::read(&read(file)).is_ok()).collect()
}

/// The names in a folder, to see what a command left there.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

// fmt

#[test]
fn formatting_keeps_values_and_comments_and_is_its_own_fixed_point() {
    let scratch = Scratch::new("fmt");
    let file = scratch.file("p.mobileconfig");
    let source = "<?xml version='1.0' encoding='UTF-8'?><!-- who made it --><plist version='1.0'><dict>
      <key>B</key> <integer>0x10</integer> <!-- sixteen -->
         <!-- why A --><key>A</key><array><string>x &amp; y</string><data>AA
      EC</data><dict/></array></dict></plist>";
    std::fs::write(&file, source).unwrap();
    let (code, out, _) = ran(&["fmt", "--check", text(&file)]);
    assert_eq!((code, out.trim()), (1, text(&file)));
    assert_eq!(read(&file), source.as_bytes(), "--check changes nothing");
    assert_eq!(ran(&["fmt", text(&file)]).0, 0);
    let formatted = String::from_utf8(read(&file)).unwrap();
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
        <!-- who made it -->\n<plist version=\"1.0\">\n<dict>\n\t<key>B</key>\n\t<integer>16</integer> <!-- sixteen -->\n\
        \t<!-- why A -->\n\t<key>A</key>\n\t<array>\n\t\t<string>x &amp; y</string>\n\t\t<data>\n\t\tAAEC\n\t\t</data>\n\
        \t\t<dict/>\n\t</array>\n</dict>\n</plist>\n";
    assert_eq!(formatted, expected);
    assert_eq!(value(&file), plist::read(source.as_bytes()).unwrap());
    assert_eq!(ran(&["fmt", "--check", text(&file)]), (0, String::new(), String::new()));
    let piped = with_input(&["fmt", "-"], source.as_bytes());
    assert_eq!(String::from_utf8(piped.stdout).unwrap(), expected);
    let other = scratch.file("other");
    std::fs::write(&file, source).unwrap();
    assert_eq!(ran(&["fmt", text(&file), "-o", text(&other)]).0, 0);
    assert_eq!((read(&file), read(&other)), (source.as_bytes().to_vec(), expected.as_bytes().to_vec()));
    assert_eq!(names(scratch.path()).len(), 2);
    assert_eq!(ran(&["fmt", text(&file), text(&other), "-o", "x"]).0, 2);
}

#[test]
fn the_committed_profiles_are_canonical() {
    for file in plain_profiles() {
        if read(&file).starts_with(b"bplist") {
            continue;
        }
        let (code, out, err) = ran(&["fmt", "--check", text(&file)]);
        assert_eq!((code, out.as_str()), (0, ""), "{}: {err}", file.display());
    }
}

#[test]
fn what_cannot_be_formatted_is_named_with_its_place_and_left_alone() {
    let scratch = Scratch::new("fmt-broken");
    let hint = |name: &str, word: &str| {
        let (code, _, err) = ran(&["fmt", text(&profile(name))]);
        assert!(code == 2 && err.contains(word), "{name}: {err}");
    };
    hint("contoso-mail-binary", "handset convert");
    hint("contoso-mail-signed", "handset unsign");
    let mut unreadable = 0;
    for file in files(&root().join("fixtures/profiles/broken"), "mobileconfig") {
        let bytes = read(&file);
        if plist::read(&bytes).is_ok() {
            continue;
        }
        unreadable += 1;
        let copy = scratch.file("p");
        std::fs::write(&copy, &bytes).unwrap();
        let (code, out, err) = ran(&["fmt", text(&copy)]);
        assert_eq!((code, out.as_str()), (2, ""), "{}", file.display());
        let place = err.contains(&format!("{}:", text(&copy))) || err.contains(" at octet ");
        assert!(place, "{}: {err}", file.display());
        assert_eq!(read(&copy), bytes, "{}", file.display());
        assert_eq!(names(scratch.path()).len(), 1);
    }
    assert!(unreadable >= 10);
    // One bad file does not keep the others from being formatted.
    let (good, bad) = (scratch.file("good"), scratch.file("bad"));
    std::fs::write(&good, "<plist><true/></plist>").unwrap();
    std::fs::write(&bad, "<plist>").unwrap();
    assert_eq!(ran(&["fmt", text(&bad), text(&good)]).0, 2);
    assert!(read(&good).starts_with(b"<?xml"));
    assert_eq!(ran(&["fmt", "--check", "no/such/file"]).0, 2);
}

// convert

#[test]
fn conversion_keeps_every_value_of_every_profile() {
    let scratch = Scratch::new("convert");
    let (there, back) = (scratch.file("there"), scratch.file("back"));
    for file in plain_profiles() {
        for target in ["xml", "binary", "auto"] {
            assert_eq!(ran(&["convert", text(&file), "--to", target, "-o", text(&there)]).0, 0);
            assert_eq!(value(&there), value(&file), "{} to {target}", file.display());
            let is_binary = read(&there).starts_with(b"bplist");
            let was_binary = read(&file).starts_with(b"bplist");
            let expected = match target {
                "xml" => false,
                "binary" => true,
                _ => !was_binary,
            };
            assert_eq!(is_binary, expected, "{} to {target}", file.display());
        }
        assert_eq!(ran(&["convert", text(&there), "-o", text(&back)]).0, 0);
        assert_eq!(value(&back), value(&file), "{}", file.display());
    }
    let piped = with_input(&["convert", "-"], &read(&there));
    assert_eq!(piped.stdout, read(&back));
}

#[test]
fn python_reads_what_was_converted_and_the_other_way() {
    const TEST: &str = "python_reads_what_was_converted_and_the_other_way";
    if !peer("python3", TEST) {
        return;
    }
    let scratch = Scratch::new("convert-python");
    let python = |script: &str, arguments: &[&Path]| {
        let output = run(Command::new("python3").arg("-c").arg(script).args(arguments));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let same = "import plistlib,sys\na,b=[plistlib.load(open(f,'rb')) for f in sys.argv[1:]]\nassert a==b and list(a)==list(b)";
    let (there, made) = (scratch.file("there"), scratch.file("made"));
    for file in plain_profiles() {
        assert_eq!(ran(&["convert", text(&file), "-o", text(&there)]).0, 0);
        python(same, &[&file, &there]);
    }
    let make = "import plistlib,sys,datetime
plistlib.dump({'t':datetime.datetime(2001,1,1,0,0,1),'n':-5,'big':2**63,'r':0.1,'e':'\u{e9}\u{1D11E}','d':b'\\0\\1','a':[[],{}],'y':True},open(sys.argv[1],'wb'),fmt=plistlib.FMT_BINARY,sort_keys=False)";
    python(make, &[&made]);
    assert_eq!(ran(&["convert", text(&made), "--to", "xml", "-o", text(&there)]).0, 0);
    python(same, &[&made, &there]);
}

#[test]
fn what_the_other_form_cannot_hold_is_not_converted() {
    let scratch = Scratch::new("convert-refused");
    let (file, out) = (scratch.file("p"), scratch.file("out"));
    let bell = Value::Dictionary(Dictionary::new().with("Payload", Dictionary::new().with("Name", "\u{7}")));
    std::fs::write(&file, profile::write_binary(&bell)).unwrap();
    let (code, _, err) = ran(&["convert", text(&file), "-o", text(&out)]);
    assert!(code == 2 && err.contains("Payload.Name") && !out.exists(), "{err}");
    assert_eq!(ran(&["convert", text(&file), "--force", "-o", text(&out)]).0, 0);
    for name in ["broken/cyclic-binary", "broken/truncated", "contoso-mail-signed", "broken/empty"] {
        let out = scratch.file("none");
        assert_eq!(ran(&["convert", text(&profile(name)), "-o", text(&out)]).0, 2, "{name}");
        assert!(!out.exists(), "{name}");
    }
    assert_eq!(ran(&["convert", text(&profile("oauth")), "-o", "/no/such/folder/p"]).0, 3);
}

// sign, unsign

fn sign_with<'a>(stem: &'a str, out: &'a str) -> Vec<String> {
    let (certificate, key) = (pki(&format!("{stem}.cert.pem")), pki(&format!("{stem}.key.pem")));
    let chain = pki("contoso-issuing.cert.pem");
    let words = ["--signer", &certificate, "--key", &key, "--chain", &chain, "--clock", CLOCK, "-o", out];
    words.iter().map(|w| (*w).to_owned()).collect()
}

fn words(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

#[test]
fn a_signed_profile_verifies_installs_and_comes_off_again() {
    const TEST: &str = "a_signed_profile_verifies_installs_and_comes_off_again";
    let openssl = peer("openssl", TEST);
    let scratch = Scratch::new("sign");
    let (signed, inner) = (scratch.file("signed"), scratch.file("inner"));
    let roots = pki("contoso-root.cert.pem");
    for (name, stem) in [
        ("contoso-mail", "profile-signing"),
        ("contoso-mail-binary", "profile-signing"),
        ("smime-p256", "alice-signing-p256"),
    ] {
        let arguments = sign_with(stem, text(&signed));
        let source = profile(name);
        let (code, _, err) = ran(&[&["sign", text(&source)][..], &words(&arguments)].concat());
        assert_eq!(code, 0, "{name}: {err}");
        let bytes = read(&signed);
        assert!(bytes[0] == 0x30 && bytes[1] != 0x80, "{name}: not DER");
        if openssl {
            let opened = scratch.file("opened");
            let arguments =
                ["cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any", "-attime", "1793606400"];
            let output = run(Command::new("openssl").args(arguments).args([
                "-CAfile",
                &roots,
                "-in",
                text(&signed),
                "-out",
                text(&opened),
            ]));
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(read(&opened), read(&source), "{name}");
        }
        let (code, result) = try_json(&signed, &[]);
        let (_, plain) = try_json(&source, &[]);
        assert_eq!((code, &result["profile"]["signed"]), (0, &Json::Bool(true)), "{name}");
        for member in ["install", "account", "actions", "prompts"] {
            assert_eq!(result[member], plain[member], "{name}: {member}");
        }
        let (code, out, _) =
            ran(&["unsign", text(&signed), "--ca-file", &roots, "--clock", CLOCK, "-o", text(&inner)]);
        assert_eq!(code, 0, "{out}");
        assert!(
            out.contains("signed by CN=") && out.contains("signature: holds, made at 2026-11-02T08:00:00Z")
        );
        assert!(out.contains("leads to CN=Contoso Root CA"), "{out}");
        assert_eq!(read(&inner), read(&source), "{name}");
    }
}

#[test]
fn a_pkcs12_signs_with_its_passphrase_from_a_file_alone() {
    let scratch = Scratch::new("sign-p12");
    let (out, word, wrong) = (scratch.file("out"), scratch.file("word"), scratch.file("wrong"));
    std::fs::write(&word, "p12-alice-signing\nnot this line\n").unwrap();
    std::fs::write(&wrong, "p12-of-another\n").unwrap();
    let source = profile("all-data-open");
    for form in ["legacy", "pbes2"] {
        let p12 = pki(&format!("alice-signing.{form}.p12"));
        let sign = |more: &[&str]| {
            let base = ["sign", text(&source), "--p12", &p12, "-o", text(&out), "--clock", CLOCK];
            ran(&[&base[..], more].concat())
        };
        let (code, _, err) = sign(&[]);
        assert!(code == 2 && err.contains("--passphrase-file") && !out.exists(), "{err}");
        let (code, _, err) = sign(&["--passphrase-file", text(&wrong)]);
        assert!(code == 2 && !err.contains("p12-of-another") && !out.exists(), "{err}");
        assert_eq!(sign(&["--passphrase-file", text(&word)]).0, 0);
        assert_eq!(ran(&["unsign", text(&out)]).0, 0);
        std::fs::remove_file(&out).unwrap();
    }
}

#[test]
fn what_cannot_sign_leaves_no_file() {
    let scratch = Scratch::new("sign-refused");
    let out = scratch.file("out");
    let good = profile("all-data-open");
    let (cert, key) = (pki("profile-signing.cert.pem"), pki("profile-signing.key.pem"));
    let other = pki("alice-signing.key.pem");
    let truncated = profile("broken/truncated");
    let signed = profile("contoso-mail-signed");
    let empty = profile("broken/empty");
    let array = scratch.file("array");
    std::fs::write(&array, "<plist><array/></plist>").unwrap();
    for (file, signer, key) in [
        (text(&good), &cert, &other),
        (text(&good), &key, &key),
        (text(&good), &cert, &cert),
        (text(&good), &"no-such".to_owned(), &key),
        (text(&good), &text(&empty).to_owned(), &key),
        (text(&truncated), &cert, &key),
        (text(&signed), &cert, &key),
        (text(&array), &cert, &key),
        ("no-such", &cert, &key),
    ] {
        let (code, stdout, err) = ran(&["sign", file, "--signer", signer, "--key", key, "-o", text(&out)]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{file} {signer} {key}: {err}");
        assert!(!err.contains("PRIVATE KEY-----"), "{err}");
        assert_eq!(names(scratch.path()).len(), 1, "{file} {signer} {key}");
    }
}

#[test]
fn a_signature_that_does_not_hold_gives_nothing_but_by_force() {
    let scratch = Scratch::new("unsign");
    let out = scratch.file("out");
    let tampered = profile("broken/signed-tampered");
    let (code, report, err) = ran(&["unsign", text(&tampered), "-o", text(&out)]);
    assert_eq!(code, 1);
    assert!(report.contains("BROKEN") && err.contains("nothing is written") && !out.exists());
    let (code, stdout, err) = ran(&["unsign", text(&tampered)]);
    assert!(code == 1 && stdout.is_empty() && err.contains("BROKEN"), "{err}");
    assert_eq!(ran(&["unsign", text(&tampered), "--force", "-o", text(&out)]).0, 1);
    assert!(String::from_utf8_lossy(&read(&out)).contains("nail.contoso.example"));
    std::fs::remove_file(&out).unwrap();
    for name in ["contoso-mail-signed", "contoso-mail-signed-ber"] {
        let output = tool(&["unsign", text(&profile(name))]);
        assert_eq!(output.status.code(), Some(0), "{name}");
        assert_eq!(output.stdout, read(&profile("contoso-mail")), "{name}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("CN=Contoso Profile Signing"), "{name}");
        // Another root does not vouch for it.
        let roots = pki("world/public-ca.cert.pem");
        let (code, report, _) =
            ran(&["unsign", text(&profile(name)), "--ca-file", &roots, "--clock", CLOCK, "-o", text(&out)]);
        assert!(code == 1 && report.contains("NOT TRUSTED") && !out.exists(), "{name}: {report}");
        // Cut anywhere it is unreadable or broken, and nothing is written.
        let bytes = read(&profile(name));
        let cut = scratch.file("cut");
        for at in (1..bytes.len()).step_by(bytes.len() / 40) {
            std::fs::write(&cut, &bytes[..at]).unwrap();
            let (code, ..) = ran(&["unsign", text(&cut), "-o", text(&out)]);
            assert!(matches!(code, 1 | 2) && !out.exists(), "{name} cut at {at}: {code}");
        }
        std::fs::remove_file(cut).unwrap();
    }
    std::fs::write(&out, "precious").unwrap();
    assert_eq!(ran(&["unsign", text(&tampered), "-o", text(&out)]).0, 1);
    assert_eq!(read(&out), b"precious", "a failed command leaves what was there");
    std::fs::remove_file(&out).unwrap();
    for name in ["contoso-mail", "contoso-mail-binary", "broken/empty", "broken/not-a-plist"] {
        assert_eq!(ran(&["unsign", text(&profile(name)), "-o", text(&out)]).0, 2, "{name}");
        assert!(!out.exists(), "{name}");
    }
}

// encrypt, decrypt

#[test]
fn encryption_is_undone_to_the_same_values() {
    let scratch = Scratch::new("encrypt");
    let (sealed, opened) = (scratch.file("sealed"), scratch.file("opened"));
    let word = scratch.file("word");
    std::fs::write(&word, "p12-alice-encryption-p256").unwrap();
    let (rsa, ec) = (pki("alice-encryption.cert.pem"), pki("alice-encryption-p256.cert.pem"));
    let key = pki("alice-encryption.key.pem");
    let p12 = pki("alice-encryption-p256.pbes2.p12");
    let mut done = 0;
    for file in plain_profiles() {
        let whole = value(&file);
        let payloads = whole.value.as_dictionary().and_then(|d| d.value("PayloadContent"));
        if payloads.is_none_or(|p| p.as_array().is_none()) {
            assert_eq!(ran(&["encrypt", text(&file), "--recipient", &rsa, "-o", text(&sealed)]).0, 2);
            continue;
        }
        done += 1;
        let (code, _, err) =
            ran(&["encrypt", text(&file), "--recipient", &rsa, "--recipient", &ec, "-o", text(&sealed)]);
        assert_eq!(code, 0, "{}: {err}", file.display());
        let outside = value(&sealed);
        let outside = outside.value.as_dictionary().unwrap();
        assert!(!outside.contains("PayloadContent"));
        assert_eq!(outside.value("IsEncrypted"), Some(&Value::Boolean(true)));
        assert!(
            outside.value("EncryptedPayloadContent").and_then(Value::as_data).is_some_and(|d| d[0] == 0x30)
        );
        for key in ["PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadType", "PayloadVersion"]
        {
            assert_eq!(outside.value(key), whole.value.as_dictionary().unwrap().value(key), "{key}");
        }
        assert_eq!(read(&sealed).starts_with(b"bplist"), read(&file).starts_with(b"bplist"));
        for identity in
            [&["--recipient", &rsa, "--key", &key][..], &["--p12", &p12, "--passphrase-file", text(&word)]]
        {
            let base = ["decrypt", text(&sealed), "-o", text(&opened)];
            let (code, _, err) = ran(&[&base[..], identity].concat());
            assert_eq!(code, 0, "{}: {err}", file.display());
            assert_eq!(value(&opened), whole, "{}", file.display());
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&opened).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
            std::fs::remove_file(&opened).unwrap();
        }
    }
    assert!(done >= 15);
}

#[test]
fn openssl_opens_what_was_encrypted_and_what_it_encrypts_is_opened() {
    const TEST: &str = "openssl_opens_what_was_encrypted_and_what_it_encrypts_is_opened";
    if !peer("openssl", TEST) {
        return;
    }
    let scratch = Scratch::new("encrypt-openssl");
    let (sealed, der, clear) = (scratch.file("sealed"), scratch.file("der"), scratch.file("clear"));
    let source = profile("contoso-mail");
    for stem in ["alice-encryption", "alice-encryption-p256"] {
        let (cert, key) = (pki(&format!("{stem}.cert.pem")), pki(&format!("{stem}.key.pem")));
        assert_eq!(ran(&["encrypt", text(&source), "--recipient", &cert, "-o", text(&sealed)]).0, 0);
        let outside = value(&sealed);
        let dictionary = outside.value.as_dictionary().unwrap();
        std::fs::write(&der, dictionary.value("EncryptedPayloadContent").and_then(Value::as_data).unwrap())
            .unwrap();
        let openssl = |arguments: &[&str]| {
            let output = run(Command::new("openssl").arg("cms").args(arguments));
            assert!(output.status.success(), "{stem}: {}", String::from_utf8_lossy(&output.stderr));
        };
        openssl(&[
            "-decrypt",
            "-inform",
            "DER",
            "-binary",
            "-in",
            text(&der),
            "-recip",
            &cert,
            "-inkey",
            &key,
            "-out",
            text(&clear),
        ]);
        let payloads = value(&source).value.as_dictionary().unwrap().value("PayloadContent").cloned();
        assert_eq!(Some(value(&clear).value), payloads, "{stem}");
        // The other way, and streamed, which is BER.
        for stream in [&[][..], &["-stream"]] {
            let base = [
                "-encrypt",
                "-aes-128-cbc",
                "-binary",
                "-outform",
                "DER",
                "-in",
                text(&clear),
                "-out",
                text(&der),
            ];
            openssl(&[&base[..], stream, &[&cert]].concat());
            let made = dictionary.clone().with("EncryptedPayloadContent", read(&der));
            std::fs::write(&sealed, profile::write_xml(&Value::Dictionary(made))).unwrap();
            let out = scratch.file("out");
            let (code, _, err) =
                ran(&["decrypt", text(&sealed), "--recipient", &cert, "--key", &key, "-o", text(&out)]);
            assert_eq!(code, 0, "{stem} {stream:?}: {err}");
            assert_eq!(value(&out), value(&source));
        }
    }
}

#[test]
fn what_does_not_open_leaves_no_file() {
    let scratch = Scratch::new("decrypt-refused");
    let (sealed, out, changed) = (scratch.file("sealed"), scratch.file("out"), scratch.file("changed"));
    let (cert, key) = (pki("alice-encryption.cert.pem"), pki("alice-encryption.key.pem"));
    let (other_cert, other_key) = (pki("alice-both.cert.pem"), pki("alice-both.key.pem"));
    let source = profile("contoso-mail");
    assert_eq!(ran(&["encrypt", text(&source), "--recipient", &cert, "-o", text(&sealed)]).0, 0);
    let decrypt = |file: &str, cert: &str, key: &str| {
        ran(&["decrypt", file, "--recipient", cert, "--key", key, "-o", text(&out)])
    };
    let (code, _, err) = decrypt(text(&sealed), &other_cert, &other_key);
    assert!(code == 2 && err.contains("serial 2002") && !out.exists(), "{err}");
    for (file, cert, key) in [
        (text(&source), &cert, &key),
        (text(&sealed), &cert, &other_key),
        (text(&profile("contoso-mail-signed")), &cert, &key),
        (text(&profile("broken/truncated")), &cert, &key),
    ] {
        assert_eq!(decrypt(file, cert, key).0, 2, "{file}");
        assert!(!out.exists(), "{file}");
    }
    // Encrypting twice is refused, and so is encrypting to what is no certificate.
    assert_eq!(ran(&["encrypt", text(&sealed), "--recipient", &cert, "-o", text(&out)]).0, 2);
    assert_eq!(ran(&["encrypt", text(&source), "--recipient", &key, "-o", text(&out)]).0, 2);
    assert!(!out.exists());
    // Changed ciphertexts: a clear end, and no file unless a profile came out.
    let whole = value(&sealed);
    let dictionary = whole.value.as_dictionary().unwrap();
    let ciphertext = dictionary.value("EncryptedPayloadContent").and_then(Value::as_data).unwrap();
    for at in (0..ciphertext.len()).step_by(ciphertext.len() / 60) {
        for cut in [true, false] {
            let mut bytes = ciphertext.to_vec();
            if cut {
                bytes.truncate(at)
            } else {
                bytes[at] ^= 0x21
            }
            let made = dictionary.clone().with("EncryptedPayloadContent", bytes);
            std::fs::write(&changed, profile::write_xml(&Value::Dictionary(made))).unwrap();
            let (code, _, err) = decrypt(text(&changed), &cert, &key);
            assert_eq!(out.exists(), code == 0, "octet {at}: {err}");
            assert!(matches!(code, 0 | 2) && !(cut && code == 0), "octet {at}: {code} {err}");
            let _ = std::fs::remove_file(&out);
        }
    }
    assert_eq!(names(scratch.path()).len(), 2, "nothing is left behind");
}

// matrix

#[test]
fn the_matrix_says_of_each_version_what_try_says() {
    let schema: Json =
        serde_json::from_slice(&read(&root().join("fixtures/schema/matrix.schema.json"))).unwrap();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for (name, supervised) in
        [("contoso-mail", false), ("legacy-ios-11", true), ("broken/all-services-off", false)]
    {
        let file = profile(name);
        let flag: &[&str] = if supervised { &["--supervised"] } else { &[] };
        let (code, out, err) = ran(&[&["matrix", text(&file), "--format", "json"][..], flag].concat());
        let answer: Json = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
        let errors: Vec<String> =
            validator.iter_errors(&answer).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        let versions = answer["versions"].as_array().unwrap();
        let shown: Vec<&str> = versions.iter().filter_map(|v| v["ios"].as_str()).collect();
        assert_eq!(shown, ["11.0", "12.0", "13.0", "14.0", "15.0", "16.0", "17.0", "18.0"]);
        let refused = versions.iter().any(|v| v["install"]["status"] == "refused");
        assert_eq!(code, i32::from(refused), "{name}");
        for version in versions {
            let ios = version["ios"].as_str().unwrap();
            let (_, alone) = try_json(&file, &[&["--ios", ios], flag].concat());
            for member in ["install", "account", "actions"] {
                assert_eq!(version[member], alone[member], "{name} on {ios}: {member}");
            }
            // Sending raises one more.
            for (at, prompt) in version["prompts"].as_array().unwrap().iter().enumerate() {
                assert_eq!(*prompt, alone["prompts"][at], "{name} on {ios}");
            }
        }
    }
}

#[test]
fn the_table_folds_versions_that_agree() {
    let (code, out, _) = ran(&["matrix", text(&profile("contoso-mail"))]);
    assert_eq!(code, 0);
    let row = |title: &str| {
        out.lines().find(|l| l.starts_with(title)).unwrap_or_else(|| panic!("no {title}: {out}"))
    };
    assert_eq!(row("iOS").split_whitespace().collect::<Vec<_>>(), ["iOS", "11", "12", "13-18"]);
    assert!(row("Contacts").contains("on, locked") && row("service.contacts.off").ends_with("denied"));
    let (code, out, _) =
        ran(&["matrix", text(&profile("broken/all-services-off")), "--from", "12.4", "--to", "14.1"]);
    assert!(code == 1 && out.contains("12.4") && out.contains("13-14.1") && out.contains("2004"), "{out}");
    for arguments in
        [&["--from", "18", "--to", "11"][..], &["--from", "1", "--to", "400"], &["--from", "eleven"]]
    {
        assert_eq!(
            ran(&[&["matrix", text(&profile("oauth"))][..], arguments].concat()).0,
            2,
            "{arguments:?}"
        );
    }
    for name in ["broken/truncated", "broken/cyclic-binary", "broken/not-a-plist", "broken/empty"] {
        let (code, out, err) = ran(&["matrix", text(&profile(name))]);
        assert!(code == 2 && out.is_empty() && err.contains(name), "{name}: {err}");
    }
}

// all of them

#[test]
fn no_tool_shows_a_secret_of_a_profile() {
    let scratch = Scratch::new("tools-secrets");
    let out = scratch.file("out");
    for name in ["contoso-mail", "password-in-profile", "certificate-auth", "broken/wrong-p12-password"] {
        let file = profile(name);
        let (cert, key) = (pki("profile-signing.cert.pem"), pki("profile-signing.key.pem"));
        let other = profile("all-data-open");
        for arguments in [
            &["fmt", text(&file), "-o", text(&out)][..],
            &["convert", text(&file), "-o", text(&out)],
            &["sign", text(&file), "--signer", &cert, "--key", &key, "-o", text(&out)],
            &["encrypt", text(&file), "--recipient", &pki("alice-both.cert.pem"), "-o", text(&out)],
            &["diff", text(&file), text(&other)],
            &["diff", text(&other), text(&file), "--format", "json"],
            &["matrix", text(&file)],
            &["matrix", text(&file), "--format", "json"],
        ] {
            let (_, stdout, stderr) = ran(arguments);
            for secret in SECRETS.iter().chain(&["not-the-password"]) {
                assert!(!stdout.contains(secret) && !stderr.contains(secret), "{arguments:?}: {secret}");
            }
        }
    }
}

#[test]
fn nobody_listening_is_no_panic() {
    let file = profile("contoso-mail");
    let other = profile("all-data-open");
    for arguments in [
        &["matrix", text(&file), "--format", "json"][..],
        &["diff", text(&file), text(&other)],
        &["convert", text(&file)],
        &["unsign", text(&profile("contoso-mail-signed"))],
        &["fmt", text(&file), "-o", "-"],
    ] {
        let mut child = Command::new(handset())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !errors.contains("panicked") && output.status.code().is_some_and(|c| c < 2),
            "{arguments:?}: {errors}"
        );
    }
}

#[test]
fn changed_profiles_end_clearly_with_every_tool() {
    let scratch = Scratch::new("tools-mutated");
    let (file, out) = (scratch.file("p"), scratch.file("out"));
    let good = profile("smime-p256");
    let (cert, key) = (pki("profile-signing.cert.pem"), pki("profile-signing.key.pem"));
    for name in ["smime-p256", "contoso-mail-binary"] {
        let bytes = read(&profile(name));
        for at in (0..bytes.len()).step_by(bytes.len() / 12) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x1D;
            for variant in [bytes[..at].to_vec(), changed] {
                std::fs::write(&file, &variant).unwrap();
                for arguments in [
                    &["fmt", text(&file), "-o", text(&out)][..],
                    &["convert", text(&file), "-o", text(&out)],
                    &["sign", text(&file), "--signer", &cert, "--key", &key, "-o", text(&out)],
                    &["encrypt", text(&file), "--recipient", &pki("alice-both.cert.pem"), "-o", text(&out)],
                    &["decrypt", text(&file), "--recipient", &cert, "--key", &key, "-o", text(&out)],
                    &["diff", text(&good), text(&file)],
                ] {
                    let (code, _, err) = ran(arguments);
                    assert!(matches!(code, 0..=2), "{arguments:?}: {code} {err}");
                    assert!(code == 0 || !out.exists(), "{arguments:?} left a file");
                    assert_eq!(read(&file), variant, "{arguments:?}");
                    let _ = std::fs::remove_file(&out);
                }
            }
        }
    }
    assert_eq!(names(scratch.path()).len(), 1, "nothing is left beside");
}
