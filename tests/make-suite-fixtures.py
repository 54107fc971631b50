#!/usr/bin/env python3
"""Makes fixtures/suites/: the profiles and messages that the suites in tests/suites name.

    tests/make-suite-fixtures.py

Needs Python 3.9 or later (standard library only) and OpenSSL 3.0 or later. Profiles are rebuilt byte for byte; messages
are made once and stay, for what is encrypted is never the same twice. Certificates and identities come from
fixtures/pki (tests/make-fixtures.sh). What each file is: fixtures/PROVENANCE.md.
"""

import base64
import datetime
import hashlib
import pathlib
import plistlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent / "fixtures"
PKI = ROOT / "pki"
OUT = ROOT / "suites"
ALICE = "alice@contoso.example"


def uuid(name, role=""):
    """A UUID that is the same in every run."""
    raw = bytearray(hashlib.sha256(f"suites {name} {role}".encode()).digest()[:16])
    raw[6], raw[8] = 0x80 | raw[6] & 15, 0x80 | raw[8] & 63
    text = raw.hex().upper()
    return "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])


def payload(name, role, kind, **keys):
    return dict(PayloadType=kind, PayloadVersion=1, PayloadIdentifier=f"example.suites.{name}.{role}",
                PayloadUUID=uuid(name, role), **keys)


def der(stem):
    text = (PKI / f"{stem}.cert.pem").read_text()
    return base64.b64decode("".join(text.split("-----")[2].split()))


def root(name):
    return payload(name, "root", "com.apple.security.root", PayloadDisplayName="Contoso Root CA",
                   PayloadContent=der("contoso-root"))


def pkcs12(name, role, stem, password=True):
    keys = dict(PayloadDisplayName=stem, PayloadContent=(PKI / f"{stem}.pbes2.p12").read_bytes())
    if password:
        keys["Password"] = f"p12-{stem}"
    return payload(name, role, "com.apple.security.pkcs12", **keys)


def account(name, **keys):
    said = dict(PayloadDisplayName="Contoso Mail", Host="mail.contoso.example", EmailAddress=ALICE, UserName=ALICE,
                SSL=True)
    said.update(keys)
    return payload(name, "account", "com.apple.eas.account", **{k: v for k, v in said.items() if v is not None})


def names(common):
    return dict(Subject=[[["O", "Contoso"]], [["CN", common]]], SubjectAltName=dict(rfc822Name=ALICE))


def scep(name):
    settings = dict(URL="https://ca.contoso.example/scep", Keysize=2048, **names("Alice Scep"))
    settings.update({"Key Type": "RSA", "Key Usage": 5})
    return payload(name, "scep", "com.apple.security.scep", PayloadContent=settings)


def acme(name):
    return payload(name, "acme", "com.apple.security.acme", DirectoryURL="https://ca.contoso.example/acme",
                   ClientIdentifier="one", KeyType="ECSECPrimeRandom", KeySize=256, HardwareBound=True,
                   UsageFlags=5, **names("Alice Acme"))


def profile(name, *content, file=None, **keys):
    whole = dict(PayloadType="Configuration", PayloadVersion=1, PayloadIdentifier=f"example.suites.{name}",
                 PayloadUUID=uuid(name), PayloadDisplayName=f"Suites: {name}", PayloadContent=list(content), **keys)
    data = plistlib.dumps(whole, fmt=plistlib.FMT_XML, sort_keys=True)
    (OUT / f"{file or name}.mobileconfig").write_bytes(data)


def profiles():
    # An account of which the profile says as little as it can.
    name = "bare-account"
    profile(name, account(name))
    name = "bare-smime"
    profile(name, account(name, SMIMESigningCertificateUUID=uuid(name, "signing"),
                          SMIMEEncryptionCertificateUUID=uuid(name, "encryption")),
            root(name), pkcs12(name, "signing", "alice-signing"), pkcs12(name, "encryption", "alice-encryption"))
    # A key for mail, and an account that says nothing of S/MIME.
    name = "key-without-smime"
    profile(name, account(name), root(name), pkcs12(name, "encryption", "alice-encryption"))
    # The keys of S/MIME that iOS 12 replaced, alone.
    name = "old-encryption-keys"
    profile(name, account(name, SMIMEEnabled=True, SMIMEEncryptionEnabled=True, SMIMEEnablePerMessageSwitch=True,
                          SMIMEEncryptionCertificateUUID=uuid(name, "encryption")),
            root(name), pkcs12(name, "encryption", "alice-encryption"))
    # The certificate is renewed: the same payload, another identity.
    name = "renewal"
    for file, stem in [("renewal-before", "alice-signing"), ("renewal-after", "alice-both")]:
        profile(name, account(name, SMIMESigningEnabled=True, SMIMESigningCertificateUUID=uuid(name, "signing")),
                root(name), pkcs12(name, "signing", stem), file=file)
    # The account names an identity that the profile does not bring.
    name = "missing-identity"
    profile(name, account(name, PayloadCertificateUUID=uuid(name, "authentication")), root(name))
    # An update of the same profile that no phone takes.
    name = "spoilt-update"
    profile(name, account(name))
    profile(name, account(name, PayloadCertificateUUID=uuid(name, "authentication")), file="spoilt-update-after")
    # The owner is asked.
    name = "password-left-out"
    profile(name, pkcs12(name, "signing", "alice-signing", password=False))
    name = "consent"
    profile(name, root(name), ConsentText=dict(default="Agreed?", fr="D’accord ?", nl="Akkoord?"))
    # Removal.
    name = "removal-disallowed"
    profile(name, account(name), PayloadRemovalDisallowed=True)
    name = "removal-passcode"
    profile(name, root(name), payload(name, "passcode", "com.apple.profileRemovalPassword", RemovalPassword="0451"))
    name = "removal-date"
    profile(name, account(name), RemovalDate=datetime.datetime(2026, 11, 9, 8, 0, 0))
    # Restrictions.
    restrictions = "com.apple.applicationaccess"
    name = "restricts-installing"
    profile(name, payload(name, "rules", restrictions, allowUIConfigurationProfileInstallation=False))
    name = "restricts-accounts"
    profile(name, payload(name, "rules", restrictions, allowAccountModification=False))
    for name, allowed in [("forbids-screenshots", False), ("allows-screenshots", True)]:
        profile(name, payload(name, "rules", restrictions, allowScreenShot=allowed))
    name = "supervised-only"
    profile(name, payload(name, "lock", "com.apple.app.lock", App=dict(Identifier="com.example.kiosk")))
    # A per-app VPN, and an account that names it.
    name = "per-app-vpn"
    vpn = payload(name, "vpn", "com.apple.vpn.managed.applayer", VPNType="VPN", VPNSubType="com.example.vpn",
                  UserDefinedName="Contoso VPN", VPNUUID=uuid(name, "tunnel"))
    profile(name, account(name, VPNUUID=uuid(name, "tunnel")), vpn)
    # Identities that a server makes.
    name = "enrolled-beside"
    profile(name, acme(name))
    for name, made in [("enrolled-by-scep", scep), ("enrolled-by-acme", acme)]:
        role = "scep" if made is scep else "acme"
        profile(name, account(name, PayloadCertificateUUID=uuid(name, role), SMIMESigningEnabled=True,
                              SMIMESigningCertificateUUID=uuid(name, role)), made(name))


# ---------------------------------------------------------------- messages

def openssl(*arguments, data):
    done = subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True)
    return done.stdout


def message(name, sender, body, signed_by=None, encrypted_to=None):
    target = OUT / f"{name}.eml"
    if target.exists():
        return
    entity = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n".encode()
    if signed_by:
        entity = openssl("cms", "-sign", "-binary", "-md", "sha256", "-signer", PKI / f"{signed_by}.cert.pem",
                         "-inkey", PKI / f"{signed_by}.key.pem", "-certfile", PKI / "contoso-issuing.cert.pem",
                         "-crlfeol", data=entity)
    if encrypted_to:
        entity = openssl("cms", "-encrypt", "-binary", "-aes256", "-crlfeol", PKI / f"{encrypted_to}.cert.pem",
                         data=entity)
    headers = (f"From: {sender}\r\nTo: {ALICE}\r\nSubject: {name}\r\nDate: Mon, 02 Nov 2026 08:00:00 +0000\r\n"
               f"Message-Id: <{name}@suites.example>\r\n")
    target.write_bytes(headers.encode() + entity)


def messages():
    message("signed", ALICE, "Signed as it should be.", signed_by="alice-signing")
    message("signed-expired", ALICE, "Signed with what has expired.", signed_by="alice-expired-signing")
    message("signed-by-another", "bob@contoso.example", "Signed by somebody else.", signed_by="alice-signing")
    message("to-second-key", "bob@contoso.example", "For the second key.", encrypted_to="alice-encryption-second")
    message("to-encryption-key", "bob@contoso.example", "For the key.", encrypted_to="alice-encryption")


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    profiles()
    messages()
