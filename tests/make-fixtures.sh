#!/usr/bin/env bash
# Makes the certificates and the configuration profiles under fixtures/.
#
#   tests/make-fixtures.sh [--new-keys] [OUTDIR]
#
# OUTDIR is fixtures/ of this repository unless named. Keys, certificates and PKCS#12 files that are already
# there stay as they are; in another OUTDIR the committed ones are copied first. Only --new-keys draws new ones.
# Everything else is rebuilt and comes out byte for byte the same from the same keys: names, serial numbers,
# validity, UUIDs and even the signing time of the signed profiles are fixed.
#
# Needs OpenSSL 3.0 or later with the legacy provider, and Python 3.9 or later (standard library only).
# What each file is and the passwords: fixtures/PROVENANCE.md.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022

new_keys=no
out=
for argument in "$@"; do
  case "$argument" in
    --new-keys) new_keys=yes ;;
    -*) echo "usage: $0 [--new-keys] [OUTDIR]" >&2; exit 2 ;;
    *) out=$argument ;;
  esac
done
committed=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/fixtures
out=${out:-$committed}
mkdir -p "$out/pki/world" "$out/profiles/broken"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ "$new_keys" = yes ]; then
  rm -f "$out"/pki/*.pem "$out"/pki/*.p12 "$out"/pki/world/*.pem
elif [ "$out" != "$committed" ] && [ -d "$committed/pki" ]; then
  (cd "$committed" && find pki -type f) | while read -r file; do
    [ -e "$out/$file" ] || cp "$committed/$file" "$out/$file"
  done
fi

# ---------------------------------------------------------------- keys and certificates

cat >"$work/ca.cnf" <<CNF
[ca]
default_ca = fixtures
[fixtures]
dir = $work
database = $work/index.txt
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = as_asked
unique_subject = no
copy_extensions = none
email_in_dn = no
[as_asked]
countryName = optional
organizationName = optional
commonName = supplied
[req]
distinguished_name = req_dn
string_mask = utf8only
prompt = no
[req_dn]

[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[signing]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = emailProtection
subjectAltName = email:alice@contoso.example
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[encryption]
basicConstraints = critical, CA:FALSE
keyUsage = critical, keyEncipherment
extendedKeyUsage = emailProtection
subjectAltName = email:alice@contoso.example
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[agreement]
basicConstraints = critical, CA:FALSE
keyUsage = critical, keyAgreement
extendedKeyUsage = emailProtection
subjectAltName = email:alice@contoso.example
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[both]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = emailProtection
subjectAltName = email:alice@contoso.example
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[auth]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@contoso.example, email:alice@contoso.example
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[profile_signing]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CNF
: >"$work/index.txt"

# key STEM rsa|p256
key() {
  local file=$out/pki/$1.key.pem
  [ -e "$file" ] && return
  rm -f "$out/pki/$1.cert.pem"
  case "$2" in
    rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$file" 2>/dev/null ;;
    p256) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve -out "$file" ;;
  esac
  chmod 644 "$file"
}

# certificate STEM ISSUER SECTION SERIAL NOT_BEFORE NOT_AFTER SUBJECT; an issuer named as the stem is self-signed
certificate() {
  local stem=$1 issuer=$2 section=$3 serial=$4 from=$5 until=$6 subject=$7
  local file=$out/pki/$stem.cert.pem signer=()
  [ -e "$file" ] && return
  rm -f "$out/pki/$stem".*.p12
  echo "$serial" >"$work/serial"
  openssl req -new -config "$work/ca.cnf" -utf8 -key "$out/pki/$stem.key.pem" -subj "$subject" -out "$work/request.pem"
  if [ "$issuer" = "$stem" ]; then
    signer=(-selfsign)
  else
    signer=(-cert "$out/pki/$issuer.cert.pem")
  fi
  openssl ca -config "$work/ca.cnf" -batch -notext -preserveDN -extensions "$section" \
    -startdate "$from" -enddate "$until" -keyfile "$out/pki/$issuer.key.pem" "${signer[@]}" \
    -in "$work/request.pem" -out "$file" 2>"$work/ca.log" || { cat "$work/ca.log" >&2; exit 1; }
}

# identity STEM KIND SECTION SERIAL NOT_BEFORE NOT_AFTER COMMON_NAME: one of Alice's, with both PKCS#12 variants
identity() {
  local stem=$1
  key "$stem" "$2"
  certificate "$stem" contoso-issuing "$3" "$4" "$5" "$6" "/O=Contoso/CN=$7"
  local parts=(-export -inkey "$out/pki/$stem.key.pem" -in "$out/pki/$stem.cert.pem"
    -certfile "$out/pki/contoso-issuing.cert.pem" -name "$7" -passout "pass:p12-$stem" -iter 2048)
  [ -e "$out/pki/$stem.legacy.p12" ] || openssl pkcs12 "${parts[@]}" -legacy \
    -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-40 -macalg sha1 -out "$out/pki/$stem.legacy.p12"
  [ -e "$out/pki/$stem.pbes2.p12" ] || openssl pkcs12 "${parts[@]}" \
    -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg sha256 -out "$out/pki/$stem.pbes2.p12"
  chmod 644 "$out/pki/$stem".*.p12
}

from=20260101000000Z
until=20360101000000Z
key contoso-root rsa
certificate contoso-root contoso-root root 1001 20200101000000Z 20460101000000Z "/O=Contoso/CN=Contoso Root CA"
key contoso-issuing rsa
certificate contoso-issuing contoso-root issuing 1002 20200101000000Z 20410101000000Z "/O=Contoso/CN=Contoso Issuing CA"
key profile-signing rsa
certificate profile-signing contoso-issuing profile_signing 1003 $from $until "/O=Contoso/CN=Contoso Profile Signing"
identity alice-signing rsa signing 2001 $from $until "Alice Signing"
identity alice-encryption rsa encryption 2002 $from $until "Alice Encryption"
identity alice-signing-p256 p256 signing 2003 $from $until "Alice Signing P-256"
identity alice-encryption-p256 p256 agreement 2004 $from $until "Alice Encryption P-256"
identity alice-both rsa both 2005 $from $until "Alice Both"
identity alice-expired-signing rsa signing 2006 20240101000000Z 20250701000000Z "Alice Expired Signing"
identity alice-future-signing rsa signing 2007 20280101000000Z $until "Alice Future Signing"
identity alice-auth rsa auth 2008 $from $until "Alice Auth"
identity alice-encryption-second rsa encryption 2009 $from $until "Alice Encryption Second"

key world/public-ca rsa
certificate world/public-ca world/public-ca root 3001 20200101000000Z 20491231235959Z "/O=Example/CN=Example Public Mail CA"
key world/bob-signing-encryption rsa
key world/carol-rsa rsa
key world/carol-p256 p256
key world/alice-spare rsa

# ---------------------------------------------------------------- profiles

cat >"$work/profiles.py" <<'PY'
import base64
import copy
import pathlib
import plistlib
import struct
import sys

out = pathlib.Path(sys.argv[1])
good = out / "profiles"
broken = good / "broken"

# The second group of every UUID is the number of the profile, the last one the role of the payload.
NUMBERS = {name: number for number, name in [
    (0x01, "contoso-mail"), (0x02, "contacts-only-locked"), (0x03, "all-data-open"),
    (0x04, "smime-sign-only"), (0x05, "smime-encrypt-user-choice"), (0x06, "smime-encrypt-locked"),
    (0x07, "smime-p256"), (0x08, "smime-single-identity"), (0x09, "expired-signing"),
    (0x0A, "certificate-auth"), (0x0B, "oauth"), (0x0C, "password-in-profile"), (0x0D, "legacy-ios-11"),
    (0x0E, "future-signing"),
    (0x81, "all-services-off"), (0x82, "dangling-certificate-uuid"), (0x83, "dangling-smime-uuid"),
    (0x84, "wrong-p12-password"), (0x85, "duplicate-payload-uuid"), (0x86, "nested-arrays"),
    (0x87, "entity-bomb"), (0x88, "external-entity"), (0x89, "cyclic-binary"), (0x8A, "wrong-encoding"),
    (0x8B, "wrong-encoding-utf16"), (0x8C, "wrong-type"), (0x8D, "deep-der"),
    (0x8E, "missing-payload-content"), (0x8F, "identity-is-root"),
]}
ROLES = {"profile": 0, "eas": 1, "root": 2, "issuing": 3, "signing": 4, "encryption": 5, "encryption2": 6, "auth": 7}
SERVICES = ("Mail", "Contacts", "Calendars", "Reminders", "Notes")


def uuid(name, role):
    return "4D41494C-%04X-4000-8000-%012X" % (NUMBERS[name], ROLES[role])


def payload(name, role, kind, title, **keys):
    return dict(PayloadType=kind, PayloadVersion=1, PayloadIdentifier="example.contoso.%s.%s" % (name, role),
                PayloadUUID=uuid(name, role), PayloadDisplayName=title, **keys)


def der(stem):
    text = (out / "pki" / (stem + ".cert.pem")).read_text()
    return base64.b64decode("".join(text.split("-----")[2].split()))


def root(name):
    return payload(name, "root", "com.apple.security.root", "Contoso Root CA",
                   PayloadCertificateFileName="contoso-root.cer", PayloadContent=der("contoso-root"))


def issuing(name):
    return payload(name, "issuing", "com.apple.security.pkcs1", "Contoso Issuing CA",
                   PayloadCertificateFileName="contoso-issuing.cer", PayloadContent=der("contoso-issuing"))


def identity(name, role, stem, variant):
    return payload(name, role, "com.apple.security.pkcs12", stem, Password="p12-" + stem,
                   PayloadCertificateFileName=stem + ".p12",
                   PayloadContent=(out / "pki" / ("%s.%s.p12" % (stem, variant))).read_bytes())


def eas(name, **keys):
    account = dict(EmailAddress="alice@contoso.example", UserName="alice@contoso.example",
                   Host="mail.contoso.example", SSL=True)
    account.update(keys)
    return payload(name, "eas", "com.apple.eas.account", "Contoso Mail",
                   **{key: value for key, value in account.items() if value is not None})


def scope(on, user_change):
    keys = {"Enable" + service: service in on for service in SERVICES}
    keys.update({"Enable%sUserOverridable" % service: user_change for service in SERVICES})
    return keys


def smime(name, signing=None, encryption=None, *, sign, sign_user=False, sign_pick=False, encrypt=False,
          encrypt_user=False, encrypt_pick=False, per_message=False):
    keys = dict(SMIMESigningEnabled=sign, SMIMESigningUserOverrideable=sign_user,
                SMIMESigningCertificateUUIDUserOverrideable=sign_pick,
                SMIMEEncryptByDefault=encrypt, SMIMEEncryptByDefaultUserOverrideable=encrypt_user,
                SMIMEEncryptionCertificateUUIDUserOverrideable=encrypt_pick,
                SMIMEEnableEncryptionPerMessageSwitch=per_message)
    if signing:
        keys["SMIMESigningCertificateUUID"] = uuid(name, signing)
    if encryption:
        keys["SMIMEEncryptionCertificateUUID"] = uuid(name, encryption)
    return keys


def profile(name, title, *content):
    return dict(PayloadType="Configuration", PayloadVersion=1, PayloadIdentifier="example.contoso." + name,
                PayloadUUID=uuid(name, "profile"), PayloadDisplayName=title, PayloadOrganization="Contoso",
                PayloadContent=list(content))


def xml(value):
    return plistlib.dumps(value, fmt=plistlib.FMT_XML, sort_keys=True)


def save(folder, name, data):
    (folder / (name + ".mobileconfig")).write_bytes(data)


# The good ones. The account comes first, so that its references point forward.
profiles = {}


def add(name, title, *content):
    profiles[name] = profile(name, title, *content)
    save(good, name, xml(profiles[name]))


n = "contoso-mail"
add(n, "Contoso Mail",
    eas(n, **scope(("Mail", "Contacts", "Calendars"), False),
        **smime(n, "signing", "encryption", sign=True, sign_user=True, per_message=True),
        MailNumberOfPastDaysToSync=14, PreventMove=True, PreventAppSheet=True, disableMailRecentsSyncing=True),
    root(n), issuing(n),
    identity(n, "signing", "alice-signing", "pbes2"), identity(n, "encryption", "alice-encryption", "legacy"))
save(good, "contoso-mail-binary", plistlib.dumps(profiles[n], fmt=plistlib.FMT_BINARY, sort_keys=True))

n = "contacts-only-locked"
add(n, "Contoso Contacts", eas(n, **scope(("Contacts",), False)))

n = "all-data-open"
add(n, "Contoso Everything",
    eas(n, **scope(SERVICES, True), MailNumberOfPastDaysToSync=0, PreventMove=False, PreventAppSheet=False,
        disableMailRecentsSyncing=False, allowMailDrop=True))

everything = scope(SERVICES, True)
n = "smime-sign-only"
add(n, "Contoso Signed Mail", eas(n, **everything, **smime(n, "signing", sign=True)), root(n),
    identity(n, "signing", "alice-signing", "pbes2"))

n = "smime-encrypt-user-choice"
add(n, "Contoso Encryption by Choice",
    eas(n, **everything, **smime(n, "signing", "encryption", sign=True, encrypt=True, encrypt_user=True,
                                 encrypt_pick=True, per_message=True)),
    root(n), issuing(n), identity(n, "signing", "alice-signing", "legacy"),
    identity(n, "encryption", "alice-encryption", "pbes2"),
    identity(n, "encryption2", "alice-encryption-second", "legacy"))

n = "smime-encrypt-locked"
add(n, "Contoso Encrypted Mail",
    eas(n, **everything, **smime(n, None, "encryption", sign=False, encrypt=True)),
    root(n), issuing(n), identity(n, "encryption", "alice-encryption", "pbes2"))

n = "smime-p256"
add(n, "Contoso P-256",
    eas(n, **everything, **smime(n, "signing", "encryption", sign=True, per_message=True)),
    root(n), issuing(n), identity(n, "signing", "alice-signing-p256", "pbes2"),
    identity(n, "encryption", "alice-encryption-p256", "legacy"))

n = "smime-single-identity"
add(n, "Contoso One Identity",
    eas(n, **everything, **smime(n, "signing", "signing", sign=True, per_message=True)),
    root(n), issuing(n), identity(n, "signing", "alice-both", "legacy"))

for n, title in (("expired-signing", "Contoso Expired Signing"), ("future-signing", "Contoso Future Signing")):
    add(n, title, eas(n, **everything, **smime(n, "signing", sign=True)), root(n), issuing(n),
        identity(n, "signing", "alice-" + n, "pbes2"))

n = "certificate-auth"
add(n, "Contoso Certificate Sign-in", eas(n, **everything, PayloadCertificateUUID=uuid(n, "auth")), root(n),
    issuing(n), identity(n, "auth", "alice-auth", "legacy"))

n = "oauth"
add(n, "Contoso OAuth", eas(n, **everything, Host=None, OAuth=True))

n = "password-in-profile"
add(n, "Contoso Password", eas(n, **everything, Password="alice-mail-password"))

n = "legacy-ios-11"
add(n, "Contoso Mail for iOS 11",
    eas(n, SMIMEEnabled=True, SMIMESigningEnabled=True, SMIMESigningCertificateUUID=uuid(n, "signing"),
        SMIMEEncryptionEnabled=True, SMIMEEncryptionCertificateUUID=uuid(n, "encryption"),
        SMIMEEnablePerMessageSwitch=True, MailNumberOfPastDaysToSync=7),
    root(n), issuing(n), identity(n, "signing", "alice-signing", "legacy"),
    identity(n, "encryption", "alice-encryption", "legacy"))

# The broken ones: each has one fault and is otherwise in order.
n = "all-services-off"
save(broken, n, xml(profile(n, "No Service", eas(n, **scope((), False)))))

n = "dangling-certificate-uuid"
save(broken, n, xml(profile(n, "No Sign-in Identity",
                            eas(n, **everything, PayloadCertificateUUID=uuid(n, "auth")), root(n))))

n = "dangling-smime-uuid"
save(broken, n, xml(profile(n, "No Signing Identity",
                            eas(n, **everything, **smime(n, "signing", sign=True)), root(n))))

n = "wrong-p12-password"
locked = identity(n, "signing", "alice-signing", "pbes2")
locked["Password"] = "not-the-password"
save(broken, n, xml(profile(n, "Wrong Password", eas(n, **everything, **smime(n, "signing", sign=True)), root(n),
                            locked)))

n = "duplicate-payload-uuid"
twin = issuing(n)
twin["PayloadUUID"] = uuid(n, "root")
save(broken, n, xml(profile(n, "Two of a Kind", eas(n, **everything), root(n), twin)))

n = "identity-is-root"
save(broken, n, xml(profile(n, "Root as Identity", eas(n, **everything, **smime(n, "root", sign=True)), root(n))))

n = "wrong-type"
wrong = eas(n, **everything)
wrong["EnableMail"] = "true"
save(broken, n, xml(profile(n, "Text for a Boolean", wrong)))

n = "missing-payload-content"
hollow = profile(n, "No Content")
del hollow["PayloadContent"]
save(broken, n, xml(hollow))

# PFX ::= SEQUENCE { version INTEGER 3, SEQUENCE { SEQUENCE { ... NULL } } }
n = "deep-der"


def header(tag, length):
    if length < 0x80:
        return bytes((tag, length))
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size


headers, length = [], 2
for _ in range(10_000):
    headers.append(header(0x30, length))
    length += len(headers[-1])
pfx = b"\x02\x01\x03" + b"".join(reversed(headers)) + b"\x05\x00"
deep = identity(n, "signing", "alice-signing", "pbes2")
deep["PayloadContent"] = header(0x30, len(pfx)) + pfx
save(broken, n, xml(profile(n, "Deep DER", eas(n, **everything, **smime(n, "signing", sign=True)), deep)))

whole = xml(profiles["contoso-mail"])
save(broken, "truncated", whole[:len(whole) // 2])
save(broken, "empty", b"")
save(broken, "not-a-plist", b"Dear administrator,\n\nthis is a letter and no property list.\n")

# The rest is syntax that plistlib rightly will not write: take a good text and put the fault in.
PLAIN_HEAD = b'<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">'


def spoilt(name, title, before, after, mark="mail.contoso.example"):
    text = xml(profile(name, title, eas(name, Host=mark, **everything)))
    assert text.count(before) == 1, (name, before)
    save(broken, name, text.replace(before, after))
    return text.replace(before, after)


n = "nested-arrays"
text = xml(profile(n, "Arrays", 0))
inner = b"<array>" * 20_000 + b"</array>" * 20_000
before = b"<array>\n\t\t<integer>0</integer>\n\t</array>"
assert text.count(before) == 1
save(broken, n, text.replace(before, inner))

bomb = [b'\t<!ENTITY a0 "contoso">\n'] + [
    b'\t<!ENTITY a%d "%s">\n' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 11)]
text = spoilt("entity-bomb", "Entities", b"ENTITY-HERE", b"&a10;", "ENTITY-HERE")
save(broken, "entity-bomb", text.replace(PLAIN_HEAD, PLAIN_HEAD[:-1] + b" [\n" + b"".join(bomb) + b"]>"))

text = spoilt("external-entity", "External Entity", b"ENTITY-HERE", b"&host;", "ENTITY-HERE")
save(broken, "external-entity", text.replace(
    PLAIN_HEAD, PLAIN_HEAD[:-1] + b' [\n\t<!ENTITY host SYSTEM "file:///etc/hostname">\n]>'))

# e with acute accent in Latin-1, then a lone continuation byte, then an overlong slash.
spoilt("wrong-encoding", "Caf-HERE", b"Caf-HERE", b"Caf\xe9 \x80 \xc0\xaf")
spoilt("wrong-encoding-utf16", "Sixteen", b'encoding="UTF-8"', b'encoding="UTF-16"')


def bplist(objects, *, count=None, table=None, top=0):
    """Encoded objects as a version 00 binary property list; count and table may lie."""
    data, offsets = b"bplist00", []
    for item in objects:
        offsets.append(len(data))
        data += item
    at = len(data)
    data += b"".join(struct.pack(">H", offset) for offset in offsets)
    return data + struct.pack(">5xBBBQQQ", 0, 2, 1, len(offsets) if count is None else count, top,
                              at if table is None else table)


def ascii_string(text):
    size = len(text)
    return (bytes((0x50 | size,)) if size < 15 else bytes((0x5F, 0x10, size))) + text.encode("ascii")


n = "cyclic-binary"
fields = [("PayloadType", "Configuration"), ("PayloadIdentifier", "example.contoso." + n),
          ("PayloadUUID", uuid(n, "profile")), ("PayloadVersion", 1), ("PayloadContent", None)]
keys = list(range(1, 6))
values = list(range(6, 11))
objects = [bytes([0xD0 | 5] + keys + values)] + [ascii_string(key) for key, _ in fields]
for _, value in fields[:3]:
    objects.append(ascii_string(value))
objects += [b"\x10\x01", b"\xA1\x0A"]  # object 10 is an array of one: object 10
save(broken, n, bplist(objects))

# One dict, one key, one string, true but for the lie.
honest = [b"\xD1\x01\x02", ascii_string("PayloadType"), ascii_string("Configuration")]
save(broken, "lying-binary", bplist(honest, count=1 << 40))
save(broken, "lying-binary-offset", bplist(honest, table=(1 << 63) + 8))
save(broken, "lying-binary-length", bplist(honest[:2] + [b"\x5F\x13" + struct.pack(">Q", (1 << 62) + 1)]))
PY
python3 "$work/profiles.py" "$out"

# ---------------------------------------------------------------- signed profiles

# OpenSSL stamps a signature with the time of the day. The stamp is replaced and the attributes are signed again,
# which keeps the lengths, so the structure around them stays as OpenSSL wrote it.
cat >"$work/restamp.py" <<'PY'
import subprocess
import sys

path, key = sys.argv[1:3]
data = bytearray(open(path, "rb").read())
stamp = bytes.fromhex("06092a864886f70d010905310f170d")
at = data.rindex(stamp) + len(stamp)
data[at:at + 13] = b"260301000000Z"
first = data.rindex(bytes.fromhex("301806092a864886f70d010903"), 0, at)
start = next(start for start in range(first - 2, first - 5, -1) if data[start] == 0xA0)
size = data[start + 1]
if size >= 0x80:
    size = int.from_bytes(data[start + 2:first], "big")
attributes = b"\x31" + bytes(data[start + 1:first + size])
signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=attributes,
                           capture_output=True, check=True).stdout
at = data.rindex(b"\x04\x82\x01\x00") + 4
assert len(signature) == 256 and not any(data[at + 256:])
data[at:at + 256] = signature
open(path, "wb").write(data)
PY

# sign NAME EXTRA...
sign() {
  local file=$out/profiles/$1.mobileconfig
  shift
  openssl cms -sign -nodetach -binary -nosmimecap -md sha256 -outform DER "$@" -in "$out/profiles/contoso-mail.mobileconfig" \
    -signer "$out/pki/profile-signing.cert.pem" -inkey "$out/pki/profile-signing.key.pem" \
    -certfile "$out/pki/contoso-issuing.cert.pem" -out "$file"
  python3 "$work/restamp.py" "$file" "$out/pki/profile-signing.key.pem"
}
sign contoso-mail-signed
sign contoso-mail-signed-ber -stream
python3 - "$out/profiles" <<'PY'
import sys
folder = sys.argv[1]
data = open(folder + "/contoso-mail-signed.mobileconfig", "rb").read()
assert data.count(b">mail.contoso.example<") == 1
with open(folder + "/broken/signed-tampered.mobileconfig", "wb") as file:
    file.write(data.replace(b">mail.contoso.example<", b">nail.contoso.example<"))
PY

# ---------------------------------------------------------------- checks

cat >"$work/check.py" <<'PY'
import calendar
import pathlib
import plistlib
import re
import subprocess
import sys

out, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
pki = out / "pki"
NOW = str(calendar.timegm((2026, 11, 2, 8, 0, 0)))
IDENTITY = "com.apple.security.pkcs12"


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True)


def check(condition, *what):
    if not condition:
        sys.exit("not as it should be: " + " ".join(map(str, what)))


def opens(data, password):
    return openssl("pkcs12", "-legacy", "-nodes", "-passin", "pass:" + password, data=data)


for key in sorted(pki.rglob("*.key.pem")):
    check(key.read_text().startswith("-----BEGIN PRIVATE KEY-----"), key, "is not PKCS#8")
for certificate in sorted(pki.glob("*.cert.pem")):
    key = certificate.with_name(certificate.name.replace(".cert.", ".key."))
    check(openssl("x509", "-in", certificate, "-noout", "-pubkey").stdout
          == openssl("pkey", "-in", key, "-pubout").stdout, certificate, "has another key")
    verdict = openssl("verify", "-attime", NOW, "-x509_strict", "-CAfile", pki / "contoso-root.cert.pem",
                      "-untrusted", pki / "contoso-issuing.cert.pem", certificate)
    text = (verdict.stdout + verdict.stderr).decode()
    if "expired" in certificate.name:
        check("certificate has expired" in text, certificate, text)
    elif "future" in certificate.name:
        check("not yet valid" in text, certificate, text)
    else:
        check(verdict.returncode == 0, certificate, text)
ca = pki / "world" / "public-ca.cert.pem"
check(openssl("verify", "-attime", NOW, "-x509_strict", "-CAfile", ca, ca).returncode == 0, ca)

bundles = sorted(pki.glob("*.p12"))
check(len(bundles) == 18, "number of PKCS#12 files", len(bundles))
for bundle in bundles:
    stem, variant, _ = bundle.name.split(".")
    opened = opens(bundle.read_bytes(), "p12-" + stem)
    check(opened.returncode == 0, bundle, opened.stderr)
    check(opened.stdout.count(b"BEGIN CERTIFICATE") == 2 and opened.stdout.count(b"BEGIN PRIVATE KEY") == 1, bundle)
    check(opens(bundle.read_bytes(), "wrong").returncode != 0, bundle, "opens with any password")
    info = openssl("pkcs12", "-legacy", "-info", "-noout", "-in", bundle, "-passin", "pass:p12-" + stem).stderr.decode()
    marks = {"legacy": ("MAC: sha1", "pbeWithSHA1And3-KeyTripleDES-CBC", "pbeWithSHA1And40BitRC2-CBC"),
             "pbes2": ("MAC: sha256", "PBES2, PBKDF2, AES-256-CBC", "hmacWithSHA256")}[variant]
    check(all(mark in info for mark in marks), bundle, info)


def references(content, account):
    identities = {p["PayloadUUID"] for p in content if p["PayloadType"] == IDENTITY}
    named = {v for k, v in account.items() if re.fullmatch(r"(SMIME\w+|Payload)CertificateUUID", k)}
    return named, identities


def read(data):
    return plistlib.loads(data)


def depth(der):
    """How many sequences open one inside the other, the first element of each passed over if it is the version."""
    at, levels = 0, 0
    while der[at] == 0x30:
        at += 2 + (der[at + 1] & 0x7F if der[at + 1] >= 0x80 else 0)
        at += 3 if der[at:at + 3] == b"\x02\x01\x03" else 0
        levels += 1
    return levels


plain = (out / "profiles" / "contoso-mail.mobileconfig").read_bytes()
names = sorted(path.stem for path in (out / "profiles").glob("*.mobileconfig"))
check(len(names) == 17, "number of good profiles", len(names))
for name in names:
    data = (out / "profiles" / (name + ".mobileconfig")).read_bytes()
    if "signed" in name:
        shown = openssl("cms", "-verify", "-inform", "DER", "-binary", "-attime", NOW, "-CAfile", pki / "contoso-root.cert.pem", data=data)
        check(shown.returncode == 0 and shown.stdout == plain, name, shown.stderr)
        check((data[1] == 0x80) == name.endswith("-ber"), name, "has the wrong length form")
        data = shown.stdout
    elif name.endswith("-binary"):
        check(data.startswith(b"bplist00"), name)
    else:
        check(data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD'), name)
    profile = read(data)
    content = profile["PayloadContent"]
    uuids = [p["PayloadUUID"] for p in content] + [profile["PayloadUUID"]]
    identifiers = [p["PayloadIdentifier"] for p in content] + [profile["PayloadIdentifier"]]
    check(len(set(uuids)) == len(uuids) and len(set(identifiers)) == len(identifiers), name, "has doubles")
    accounts = [p for p in content if p["PayloadType"] == "com.apple.eas.account"]
    check(len(accounts) == 1, name, "has", len(accounts), "accounts")
    named, identities = references(content, accounts[0])
    check(named <= identities, name, "names a payload that is not an identity")
    for p in content:
        if p["PayloadType"] == IDENTITY:
            check(opens(p["PayloadContent"], p["Password"]).returncode == 0, name, p["PayloadDisplayName"])
        elif p["PayloadType"].startswith("com.apple.security."):
            check(openssl("x509", "-inform", "DER", "-noout", data=p["PayloadContent"]).returncode == 0, name)
check(read((out / "profiles" / "contoso-mail-binary.mobileconfig").read_bytes()) == read(plain), "binary differs")

# The broken ones must be broken, and in no other way than they say.
folder = out / "profiles" / "broken"
data = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.mobileconfig"))}
check(len(data) == 22, "number of broken profiles", len(data))
for name in ("truncated", "not-a-plist", "empty", "wrong-encoding", "wrong-encoding-utf16", "entity-bomb",
             "external-entity", "lying-binary-offset", "lying-binary-length"):
    try:
        read(data[name])
    except Exception:
        continue
    check(False, name, "can be read")
for name in ("dangling-certificate-uuid", "dangling-smime-uuid", "identity-is-root"):
    content = read(data[name])["PayloadContent"]
    named, identities = references(content, content[0])
    check(len(named) == 1 and not named & identities, name)
check(named == {content[1]["PayloadUUID"]} and content[1]["PayloadType"] == "com.apple.security.root", "identity-is-root")
content = read(data["wrong-p12-password"])["PayloadContent"]
check(opens(content[2]["PayloadContent"], content[2]["Password"]).returncode != 0, "wrong-p12-password opens")
content = read(data["duplicate-payload-uuid"])["PayloadContent"]
check(len({p["PayloadUUID"] for p in content}) == 2 and len(content) == 3, "duplicate-payload-uuid")
account = read(data["all-services-off"])["PayloadContent"][0]
check(not any(account["Enable" + s] for s in ("Mail", "Contacts", "Calendars", "Reminders", "Notes")), "all-services-off")
check(read(data["wrong-type"])["PayloadContent"][0]["EnableMail"] == "true", "wrong-type")
check("PayloadContent" not in read(data["missing-payload-content"]), "missing-payload-content")
check(data["nested-arrays"].count(b"<array>") == data["nested-arrays"].count(b"</array>") == 20_000, "nested-arrays")
check(depth(read(data["deep-der"])["PayloadContent"][1]["PayloadContent"]) == 10_001, "deep-der")
cycle = read(data["cyclic-binary"])["PayloadContent"]
check(cycle[0] is cycle, "cyclic-binary")
shown = openssl("cms", "-verify", "-inform", "DER", "-binary", "-attime", NOW, "-CAfile", pki / "contoso-root.cert.pem",
                data=data["signed-tampered"])
check(shown.returncode != 0 and b"content verify error" in shown.stderr, "signed-tampered", shown.stderr)
shown = openssl("cms", "-verify", "-inform", "DER", "-binary", "-noverify", "-nosigs", "-no_attr_verify", "-no_content_verify",
                data=data["signed-tampered"])
check(read(shown.stdout)["PayloadContent"][0]["Host"] == "nail.contoso.example", "signed-tampered is not a profile inside")
print("fixtures in order:", len(bundles), "PKCS#12,", len(names), "profiles,", len(data), "broken ones")
PY
python3 "$work/check.py" "$out" "$work"
