#!/usr/bin/env python3
"""Makes fixtures/lint/: for each lint rule one profile that triggers it and one that just does not.

    tests/make-lint-fixtures.py

Needs Python 3.9 or later (standard library only) and OpenSSL 3.0 or later with the legacy provider. Certificates and
PKCS#12 files in fixtures/lint/pki are made once and stay; everything else is rebuilt byte for byte. The identities of
Alice come from fixtures/pki (tests/make-fixtures.sh). What each file is: fixtures/PROVENANCE.md.
"""

import base64
import copy
import datetime
import json
import pathlib
import plistlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent / "fixtures"
OUT = ROOT / "lint"
PKI = OUT / "pki"
EAS = "com.apple.eas.account"
PKCS12 = "com.apple.security.pkcs12"
ALICE = "alice@contoso.example"
NOWHERE = "4C494E54-0000-4000-8000-0000000000FF"


def uuid(role):
    return f"4C494E54-0000-4000-8000-0000000000{role:02X}"


def time(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


# ---------------------------------------------------------------- certificates that only a linter needs

MAIL = ["keyUsage=critical,digitalSignature,keyEncipherment", "extendedKeyUsage=emailProtection"]
NEEDED = {
    # stem: key bits, digest, extensions, further arguments of `openssl pkcs12 -export`
    "authority": (2048, "sha256", ["basicConstraints=critical,CA:TRUE", *MAIL[1:]], ["-legacy"]),
    "non-repudiation": (2048, "sha256", ["keyUsage=critical,digitalSignature,nonRepudiation", MAIL[1]], ["-legacy"]),
    "short-key": (1024, "sha256", MAIL, ["-legacy"]),
    "without-mac": (2048, "sha256", MAIL, ["-legacy", "-nomac"]),
    "other-address": (2048, "sha256", MAIL, ["-legacy"]),
}


CNF = """
[ca]
default_ca = lint
[lint]
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
policy = any
x509_extensions = asked
[any]
organizationName = optional
commonName = supplied
[req]
distinguished_name = name
[name]
[asked]
"""


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def certificates():
    PKI.mkdir(parents=True, exist_ok=True)
    for stem, (bits, digest, extensions, export) in NEEDED.items():
        file = PKI / f"{stem}.p12"
        if file.exists():
            continue
        address = "ben@contoso.example" if stem == "other-address" else ALICE
        asked = [f"subjectAltName=email:{address}", *extensions]
        if not any(extension.startswith("basicConstraints") for extension in extensions):
            asked.append("basicConstraints=critical,CA:FALSE")
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            key, request, certificate = work / "key", work / "request", work / "certificate"
            (work / "index").touch()
            (work / "cnf").write_text(CNF.format(folder=work) + "\n".join(asked) + "\n")
            openssl("req", "-new", "-newkey", f"rsa:{bits}", "-nodes", "-keyout", key, "-out", request, "-subj",
                    f"/O=Contoso/CN=Lint {stem}", "-config", work / "cnf")
            openssl("ca", "-selfsign", "-batch", "-notext", "-create_serial", "-config", work / "cnf", "-keyfile", key, "-md",
                    digest, "-in", request, "-out", certificate, "-startdate", "20260101000000Z", "-enddate", "20360101000000Z")
            openssl("pkcs12", "-export", "-inkey", key, "-in", certificate, "-out", file, "-passout", "pass:p12-lint", *export)


certificates()


# ---------------------------------------------------------------- the parts of a profile

def payload(kind, role, **keys):
    return {
        "PayloadType": kind,
        "PayloadIdentifier": f"example.contoso.lint.{role}",
        "PayloadUUID": uuid(role),
        "PayloadVersion": 1,
        "PayloadDisplayName": f"Part {role}",
        **keys,
    }


def eas(**keys):
    sound = {"Host": "mail.contoso.example", "EmailAddress": ALICE, "UserName": ALICE, "SSL": True}
    return payload(EAS, 1, **{**sound, **keys})


def p12(role, stem, protection="legacy", **keys):
    return payload(PKCS12, role, **{
        "PayloadContent": (ROOT / "pki" / f"{stem}.{protection}.p12").read_bytes(),
        "Password": f"p12-{stem}",
        **keys,
    })


def own_p12(role, stem, **keys):
    return payload(PKCS12, role, **{"PayloadContent": (PKI / f"{stem}.p12").read_bytes(), "Password": "p12-lint", **keys})


def der(stem):
    text = (ROOT / "pki" / f"{stem}.cert.pem").read_text()
    return base64.b64decode("".join(line for line in text.splitlines() if not line.startswith("-")))


def imap(**keys):
    sound = {
        "EmailAccountType": "EmailTypeIMAP", "EmailAddress": ALICE,
        "IncomingMailServerAuthentication": "EmailAuthPassword", "IncomingMailServerHostName": "imap.contoso.example",
        "IncomingMailServerUsername": ALICE, "IncomingMailServerUseSSL": True,
        "OutgoingMailServerAuthentication": "EmailAuthPassword", "OutgoingMailServerHostName": "smtp.contoso.example",
        "OutgoingMailServerUsername": ALICE, "OutgoingMailServerUseSSL": True,
    }
    return payload("com.apple.mail.managed", 7, **{**sound, **keys})


def scep(role=2, **keys):
    sound = {
        "URL": "https://ca.contoso.example/scep", "Keysize": 2048, "Key Type": "RSA", "Key Usage": 5,
        "Subject": [[["O", "Contoso"]], [["CN", "Alice"]]], "SubjectAltName": {"rfc822Name": ALICE},
    }
    inner = {**sound, **keys}
    return payload("com.apple.security.scep", role, PayloadContent={k: v for k, v in inner.items() if v is not None})


def acme(**keys):
    sound = {
        "DirectoryURL": "https://ca.contoso.example/directory", "ClientIdentifier": "alice", "KeyType": "ECSECPrimeRandom",
        "KeySize": 384, "HardwareBound": True, "Subject": [[["CN", "Alice"]]], "SubjectAltName": {"rfc822Name": ALICE},
    }
    return payload("com.apple.security.acme", 2, **{**sound, **keys})


def mdm(**keys):
    sound = {
        "IdentityCertificateUUID": uuid(2), "Topic": "com.apple.mgmt.External.contoso",
        "ServerURL": "https://mdm.contoso.example/mdm", "AccessRights": 8191,
    }
    return payload("com.apple.mdm", 9, **{**sound, **keys})


def vpn(**keys):
    return payload("com.apple.vpn.managed.applayer", 8, **{"VPNUUID": NOWHERE, "UserDefinedName": "Mail", "VPNType": "VPN", **keys})


def profile(*payloads, without=(), **keys):
    top = {
        "PayloadType": "Configuration", "PayloadVersion": 1, "PayloadIdentifier": "example.contoso.lint",
        "PayloadUUID": uuid(0), "PayloadDisplayName": "Lint", "PayloadContent": list(payloads), **keys,
    }
    return {key: value for key, value in top.items() if key not in without}


def less(part, *keys):
    part = copy.deepcopy(part)
    for key in keys:
        del part[key]
    return part


def signing(**keys):
    return eas(**{"SMIMESigningEnabled": True, "SMIMESigningCertificateUUID": uuid(2), **keys})


def encrypting(**keys):
    return eas(**{"SMIMEEncryptByDefault": True, "SMIMEEncryptionCertificateUUID": uuid(3), **keys})


SIGNER, CIPHER = p12(2, "alice-signing"), p12(3, "alice-encryption")
LOCKED = {f"Enable{s}UserOverridable": False for s in ("Mail", "Contacts", "Calendars", "Reminders", "Notes")}
SERVICES = {f"Enable{s}": False for s in ("Mail", "Contacts", "Calendars", "Reminders", "Notes")}
PEM = (ROOT / "pki" / "contoso-root.cert.pem").read_bytes()
DOCTYPE = '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">'


def with_root(kind, content, **keys):
    return profile(eas(), payload(f"com.apple.security.{kind}", 6, PayloadContent=content, **keys))


def text(body, declaration='<?xml version="1.0" encoding="UTF-8"?>\n', doctype=DOCTYPE + "\n"):
    return (declaration + doctype + body + "\n").encode()


def document(value):
    return plistlib.dumps(value, sort_keys=False)


# ---------------------------------------------------------------- the table: rule, what triggers it, what just does not

CASES = {
    # the reader
    "plist-unreadable": (text('<plist version="1.0"><dict><key>SSL</key></dict></plist>'), text('<plist version="1.0"><dict/></plist>')),
    "xml-duplicate-key": (
        document(profile(eas())).replace(b"<key>SSL</key>", b"<key>SSL</key>\n\t\t\t<false/>\n\t\t\t<key>SSL</key>"),
        document(profile(eas())).replace(b"<key>SSL</key>", b"<key>ssl</key>\n\t\t\t<false/>\n\t\t\t<key>SSL</key>"),
    ),
    "xml-no-plist-element": (
        document(profile(eas())).replace(b'<plist version="1.0">\n', b"").replace(b"</plist>\n", b""), profile(eas()),
    ),
    "xml-foreign-doctype": (
        document(profile(eas())).replace(DOCTYPE.encode(), b'<!DOCTYPE plist SYSTEM "http://contoso.example/my.dtd">'),
        document(profile(eas())).replace(DOCTYPE.encode() + b"\n", b""),
    ),
    "xml-leading-space": (b"\n" + document(profile(eas())), document(profile(eas())).split(b"\n", 1)[1]),
    "profile-not-a-dictionary": ([eas()], profile(eas())),
    "payload-not-a-dictionary": (profile(eas(), "mail"), profile(eas())),
    "encrypted-content-not-an-array": (profile(eas()), [eas()]),
    # the signature
    "signature-unreadable": (
        (ROOT / "profiles/contoso-mail-signed.mobileconfig").read_bytes()[:4000],
        (ROOT / "profiles/contoso-mail-signed-ber.mobileconfig").read_bytes(),
    ),
    "signature-broken": (
        (ROOT / "profiles/broken/signed-tampered.mobileconfig").read_bytes(),
        (ROOT / "profiles/contoso-mail-signed.mobileconfig").read_bytes(),
    ),
    "signature-weak": ("sha1", "sha256"),
    # the profile itself
    "bare-payload": (eas(), profile(eas())),
    "profile-type": (profile(eas(), PayloadType="configuration"), profile(eas())),
    "payload-version": (profile(eas(PayloadVersion=2)), profile(eas())),
    "empty-payload-content": (profile(), profile(eas())),
    "duplicate-payload-uuid": (
        profile(eas(), imap(PayloadUUID=uuid(1).lower())), profile(eas(), imap(PayloadUUID=uuid(1)[:-1] + "E")),
    ),
    "duplicate-payload-identifier": (
        profile(eas(), imap(PayloadIdentifier="example.contoso.lint.1")),
        profile(eas(), imap(PayloadIdentifier="example.contoso.lint.10")),
    ),
    "payload-has-profile-uuid": (profile(eas(), PayloadUUID=uuid(1)), profile(eas())),
    "uuid-form": (profile(eas(), PayloadUUID=uuid(0) + "'"), profile(eas(), PayloadUUID=uuid(0).lower())),
    "identifier-form": (profile(eas(), PayloadIdentifier="Contoso mail"), profile(eas(), PayloadIdentifier="contoso.mail")),
    "removal-date-past": (
        profile(eas(), RemovalDate=time("2026-11-02T08:00:00Z")), profile(eas(), RemovalDate=time("2026-11-02T08:00:01Z")),
    ),
    "removal-given-twice": (
        profile(eas(), RemovalDate=time("2027-01-01T00:00:00Z"), DurationUntilRemoval=86400.5),
        profile(eas(), DurationUntilRemoval=86400.5),
    ),
    "removal-disallowed": (profile(eas(), PayloadRemovalDisallowed=True), profile(eas(), PayloadRemovalDisallowed=False)),
    "payload-scope-ignored": (profile(eas(), PayloadScope="System"), profile(eas())),
    "target-device-type": (profile(eas(), TargetDeviceType=5), profile(eas(), TargetDeviceType=1)),
    "consent-without-default": (
        profile(eas(), ConsentText={"fr": "Oui ?"}), profile(eas(), ConsentText={"fr": "Oui ?", "default": "Yes?"}),
    ),
    "encrypted-without-content": (
        profile(IsEncrypted=True, without=["PayloadContent"]),
        profile(IsEncrypted=True, EncryptedPayloadContent=b"\x30\x00", without=["PayloadContent"]),
    ),
    "encrypted-and-plain": (
        profile(eas(), IsEncrypted=True, EncryptedPayloadContent=b"\x30\x00"),
        profile(IsEncrypted=True, EncryptedPayloadContent=b"\x30\x00", without=["PayloadContent"]),
    ),
    "expiration-past": (
        profile(eas(), PayloadExpirationDate=time("2026-11-02T08:00:00Z")),
        profile(eas(), PayloadExpirationDate=time("2026-11-02T08:00:01Z")),
    ),
    "display-name-missing": (profile(less(eas(), "PayloadDisplayName")), profile(eas(), less(imap(), "PayloadDisplayName"))),
    "organization-empty": (profile(eas(), PayloadOrganization=""), profile(eas(), PayloadOrganization="Contoso")),
    # keys
    "missing-key": (profile(less(eas(), "PayloadUUID")), profile(less(eas(), "Host"))),
    "wrong-type": (profile(eas(MailNumberOfPastDaysToSync="7")), profile(eas(MailNumberOfPastDaysToSync=7))),
    "string-boolean": (profile(eas(SSL="true")), profile(eas(ssl="true"))),
    "unknown-payload-type": (
        profile(payload("com.apple.eas.acount", 1)), profile(payload("com.apple.caldav.account", 1, CalDAVHostName="mail.contoso.example")),
    ),
    "unknown-key": (profile(eas(EmailAdress=ALICE)), profile(eas(), vpn(VendorConfig={"EmailAdress": ALICE}))),
    "key-misplaced": (
        profile(eas(), vpn(VPN={"RemoteAddress": "vpn.contoso.example", "OnDemandMatchAppEnabled": "True"})),
        profile(eas(), vpn(VPN={"RemoteAddress": "vpn.contoso.example"}, OnDemandMatchAppEnabled=True)),
    ),
    "override-spelling": (profile(eas(EnableMailUserOverrideable=False)), profile(eas(**LOCKED))),
    "value-not-in-list": (profile(imap(EmailAccountType="IMAP")), profile(imap(), eas(MailNumberOfPastDaysToSync=2))),
    "value-out-of-range": (
        profile(eas(), payload("com.apple.mobiledevice.passwordpolicy", 6, maxFailedAttempts=1)),
        profile(eas(), payload("com.apple.mobiledevice.passwordpolicy", 6, maxFailedAttempts=2)),
    ),
    "value-form": (
        profile(payload("com.apple.airplay", 6, AllowList=[{"DeviceID": "AA-BB-CC-DD-EE-FF"}])),
        profile(payload("com.apple.airplay", 6, AllowList=[{"DeviceID": "AA:BB:CC:DD:EE:FF"}])),
    ),
    "key-not-yet-effective": (profile(eas(EnableMail=True)), profile(eas())),
    "key-no-longer-effective": (profile(eas(SMIMEEnabled=True)), profile(eas())),
    "key-deprecated": (profile(encrypting(SMIMEEncryptionEnabled=True), CIPHER), profile(encrypting(), CIPHER)),
    "payload-not-on-this-ios": (profile(acme()), profile(scep())),
    "supervised-payload": (
        profile(payload("com.apple.app.lock", 6, App={"Identifier": "com.apple.mobilemail"})), profile(eas()),
    ),
    "supervised-keys": (
        profile(payload("com.apple.applicationaccess", 6, allowAccountModification=False)),
        profile(payload("com.apple.applicationaccess", 6, allowCamera=False)),
    ),
    "mdm-only-payload": (profile(eas(), payload("com.apple.networkusagerules", 6)), profile(eas())),
    "single-payload": (
        profile(SIGNER, mdm(), {**mdm(), "PayloadUUID": uuid(10), "PayloadIdentifier": "example.contoso.lint.10"}),
        profile(SIGNER, mdm()),
    ),
    # Exchange
    "eas-no-service": (profile(eas(**SERVICES)), profile(eas(**{**SERVICES, "EnableNotes": True}, **LOCKED))),
    "eas-scope-open": (profile(eas(EnableMail=False)), profile(eas(EnableMail=False, EnableMailUserOverridable=False))),
    "eas-mixed-locks": (profile(eas(EnableMailUserOverridable=False)), profile(eas(**LOCKED))),
    "eas-dead-mail-settings": (
        profile(eas(EnableMail=False, PreventMove=True, **LOCKED)), profile(eas(EnableMail=False, PreventMove=False, **LOCKED)),
    ),
    "eas-oauth-password": (profile(eas(OAuth=True, Password="alice-mail-password")), profile(eas(OAuth=False, Password="alice-mail-password"))),
    "eas-oauth-host-ignored": (
        profile(eas(OAuth=True)), profile(eas(OAuth=True, OAuthSignInURL="https://login.contoso.example")),
    ),
    "eas-sign-in-url-without-host": (
        profile(less(eas(OAuth=True, OAuthSignInURL="https://login.contoso.example"), "Host")),
        profile(eas(OAuth=True, OAuthSignInURL="https://login.contoso.example")),
    ),
    "eas-oauth-url-ignored": (
        profile(eas(OAuthSignInURL="https://login.contoso.example")),
        profile(eas(OAuth=True, OAuthSignInURL="https://login.contoso.example")),
    ),
    "eas-oauth-url-not-https": (
        profile(eas(OAuth=True, OAuthSignInURL="http://login.contoso.example")),
        profile(eas(OAuth=True, OAuthSignInURL="HTTPS://login.contoso.example")),
    ),
    "eas-host-missing": (profile(less(eas(), "Host")), profile(less(eas(OAuth=True), "Host"))),
    "eas-host-form": (profile(eas(Host="https://mail.contoso.example/")), profile(eas(Host="mail.contoso.example:8443"))),
    "eas-days-not-listed": (profile(eas(MailNumberOfPastDaysToSync=365)), profile(eas(MailNumberOfPastDaysToSync=31))),
    "email-missing": (profile(eas(EmailAddress="")), profile(eas())),
    "email-form": (profile(eas(EmailAddress="alice")), profile(eas(EmailAddress="{{mail}}"))),
    "user-name-missing": (profile(less(eas(), "UserName")), profile(eas())),
    "ssl-not-explicit": (profile(less(eas(), "SSL")), profile(eas(SSL=False))),
    "ssl-off": (profile(eas(SSL=False)), profile(less(eas(), "SSL"))),
    "password-in-profile": (profile(eas(Password="alice-mail-password")), profile(eas())),
    "override-password-alone": (
        profile(eas(OverridePreviousPassword=True)), profile(eas(OverridePreviousPassword=True, Password="alice-mail-password")),
    ),
    "eas-inline-certificate-ignored": (
        profile(eas(Certificate=SIGNER["PayloadContent"], CertificatePassword="p12-alice-signing", PayloadCertificateUUID=uuid(4)), p12(4, "alice-auth")),
        profile(eas(PayloadCertificateUUID=uuid(4)), p12(4, "alice-auth")),
    ),
    "eas-inline-certificate-password": (
        profile(eas(Certificate=SIGNER["PayloadContent"])),
        profile(eas(Certificate=SIGNER["PayloadContent"], CertificatePassword="p12-alice-signing")),
    ),
    "eas-duplicate-account": (
        profile(eas(), payload(EAS, 5, Host="MAIL.contoso.example", EmailAddress="Alice@contoso.example")),
        profile(eas(), payload(EAS, 5, Host="mail.fabrikam.example", EmailAddress="Alice@contoso.example")),
    ),
    "vpn-reference": (profile(eas(VPNUUID=NOWHERE)), profile(eas(VPNUUID=NOWHERE), vpn())),
    # signing in
    "user-name-without-domain": (profile(eas(UserName="alice")), profile(eas(UserName="CONTOSO\\alice"))),
    "user-name-domain-twice": (profile(eas(UserName=f"CONTOSO\\{ALICE}")), profile(eas(UserName="CONTOSO\\alice"))),
    "eas-basic-authentication": (profile(eas(Host="outlook.office365.com")), profile(eas(Host="outlook.office365.com", OAuth=True))),
    "eas-oauth-support-unknown": (profile(eas(OAuth=True)), profile(eas(OAuth=True, Host="outlook.office365.com"))),
    "eas-oauth-with-certificate": (
        profile(eas(OAuth=True, PayloadCertificateUUID=uuid(4)), p12(4, "alice-auth")), profile(eas(OAuth=True), p12(4, "alice-auth")),
    ),
    "eas-sign-in-by-mail-identity": (
        profile(signing(PayloadCertificateUUID=uuid(2)), SIGNER), profile(signing(PayloadCertificateUUID=uuid(4)), SIGNER, p12(4, "alice-auth")),
    ),
    # S/MIME
    "smime-signing-locked-out": (
        profile(less(signing(), "SMIMESigningEnabled"), SIGNER),
        profile(less(signing(SMIMESigningUserOverrideable=True), "SMIMESigningEnabled"), SIGNER),
    ),
    "smime-encryption-locked-out": (
        profile(less(encrypting(), "SMIMEEncryptByDefault"), CIPHER),
        profile(less(encrypting(SMIMEEnableEncryptionPerMessageSwitch=True), "SMIMEEncryptByDefault"), CIPHER),
    ),
    "smime-signing-without-identity": (
        profile(eas(SMIMESigningEnabled=True)),
        profile(eas(SMIMESigningUserOverrideable=True, SMIMESigningCertificateUUIDUserOverrideable=True)),
    ),
    "smime-encryption-without-identity": (
        profile(eas(SMIMEEncryptByDefault=True)),
        profile(eas(SMIMEEncryptByDefaultUserOverrideable=True, SMIMEEncryptionCertificateUUIDUserOverrideable=True)),
    ),
    "smime-override-disputed": (
        profile(encrypting(SMIMEEncryptByDefaultUserOverrideable=True), CIPHER),
        profile(encrypting(SMIMEEncryptByDefaultUserOverrideable=True, SMIMEEnableEncryptionPerMessageSwitch=True), CIPHER),
    ),
    "smime-old-and-new-differ": (
        profile(encrypting(SMIMEEncryptionEnabled=False), CIPHER), profile(encrypting(SMIMEEncryptionEnabled=True), CIPHER),
    ),
    "smime-one-identity": (
        profile(signing(SMIMEEncryptByDefault=True, SMIMEEncryptionCertificateUUID=uuid(2)), p12(2, "alice-both")),
        profile(signing(SMIMEEncryptByDefault=True, SMIMEEncryptionCertificateUUID=uuid(3)), SIGNER, CIPHER),
    ),
    "smime-encryption-per-device": (profile(encrypting(), scep(role=3)), profile(encrypting(), CIPHER)),
    "smime-enabled-missing": (profile(signing(), SIGNER), profile(signing(SMIMEEnabled=True), SIGNER)),
    "smime-identity-not-newest": (
        profile(signing(), SIGNER, p12(4, "alice-future-signing")), profile(signing(), p12(2, "alice-future-signing"), p12(4, "alice-signing")),
    ),
    # references and certificates
    "dangling-certificate-reference": (profile(signing()), profile(signing(), SIGNER)),
    "reference-not-identity": (
        profile(signing(), payload("com.apple.security.root", 2, PayloadContent=der("contoso-root"))), profile(signing(), SIGNER),
    ),
    "reference-case": (profile(signing(SMIMESigningCertificateUUID=uuid(2).lower()), SIGNER), profile(signing(), SIGNER)),
    "reference-form": (
        profile(signing(SMIMESigningCertificateUUID="signing"), {**SIGNER, "PayloadUUID": "signing"}), profile(signing(), SIGNER),
    ),
    "certificate-empty": (with_root("root", b""), with_root("root", der("contoso-root"))),
    "pkcs12-password-missing": (profile(signing(), less(SIGNER, "Password")), profile(signing(), SIGNER)),
    "pkcs12-password-in-profile": (profile(signing(), SIGNER), profile(signing(), less(SIGNER, "Password"))),
    "private-key-in-certificate": (
        with_root("pem", PEM + b"-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n"), with_root("pem", PEM),
    ),
    "pem-expected": (with_root("pem", der("contoso-root")), with_root("pem", PEM)),
    "der-expected": (with_root("root", PEM), with_root("root", der("contoso-root"))),
    "identity-unused": (profile(eas(), SIGNER), profile(signing(), SIGNER)),
    "certificate-cannot-open": (profile(signing(), {**SIGNER, "Password": "not-the-password"}), profile(signing(), SIGNER)),
    "certificate-expired": (profile(signing(), p12(2, "alice-expired-signing")), profile(signing(), SIGNER)),
    "certificate-not-yet-valid": (profile(signing(), p12(2, "alice-future-signing")), profile(signing(), SIGNER)),
    "certificate-expires-soon": (profile(signing(), SIGNER), profile(eas())),
    "signing-key-usage": (profile(signing(), p12(2, "alice-encryption")), profile(signing(), SIGNER)),
    "encryption-key-usage": (profile(encrypting(), p12(3, "alice-signing")), profile(encrypting(), p12(3, "alice-encryption-p256"))),
    "certificate-email-differs": (
        profile(signing(), own_p12(2, "other-address")), profile(signing(EmailAddress="Alice@Contoso.example"), SIGNER),
    ),
    "certificate-not-for-email": (profile(signing(), p12(2, "alice-auth")), profile(signing(), SIGNER)),
    "certificate-not-for-sign-in": (
        profile(eas(PayloadCertificateUUID=uuid(2)), SIGNER), profile(eas(PayloadCertificateUUID=uuid(2)), p12(2, "alice-auth")),
    ),
    "certificate-non-repudiation": (profile(signing(), own_p12(2, "non-repudiation")), profile(signing(), SIGNER)),
    "ca-as-identity": (profile(signing(), own_p12(2, "authority")), profile(signing(), SIGNER)),
    "root-not-ca": (with_root("root", der("alice-signing")), with_root("root", der("contoso-root"))),
    "certificate-weak": (profile(signing(), own_p12(2, "short-key")), profile(signing(), p12(2, "alice-signing-p256"))),
    "pkcs12-modern-protection": (profile(signing(), p12(2, "alice-signing", "pbes2")), profile(signing(), SIGNER)),
    "pkcs12-without-mac": (profile(signing(), own_p12(2, "without-mac")), profile(signing(), SIGNER)),
    # enrolment
    "scep-key-usage": (profile(signing(), scep(**{"Key Usage": 2})), profile(signing(), scep(**{"Key Usage": 0}))),
    "scep-use-unfit": (profile(signing(), scep(**{"Key Usage": 4})), profile(signing(), scep(**{"Key Usage": 1}))),
    "scep-key-size": (profile(signing(), scep(Keysize=None)), profile(signing(), scep())),
    "scep-key-type": (profile(signing(), scep(**{"Key Type": "EC"})), profile(signing(), scep())),
    "scep-subject-missing": (profile(signing(), scep(Subject=[])), profile(signing(), scep())),
    "scep-subject-comma": (
        profile(signing(), scep(Subject=[[["CN", "Berg, Alice"]]])), profile(signing(), scep(Subject=[[["CN", "Alice Berg"]]])),
    ),
    "scep-address-missing": (
        profile(signing(), scep(SubjectAltName={"dNSName": "contoso.example"})),
        profile(signing(), scep(SubjectAltName={"rfc822Name": ["ben@contoso.example", "ALICE@contoso.example"]})),
    ),
    "acme-hardware": (profile(signing(), acme(KeySize=521)), profile(signing(), acme(KeySize=521, HardwareBound=False))),
    "acme-key-size": (
        profile(signing(), acme(KeyType="RSA", KeySize=2049, HardwareBound=False)),
        profile(signing(), acme(KeyType="RSA", KeySize=2056, HardwareBound=False)),
    ),
    "acme-url": (profile(signing(), acme(DirectoryURL="http://ca.contoso.example")), profile(signing(), acme())),
    "mdm-access-rights": (profile(SIGNER, mdm(AccessRights=130)), profile(SIGNER, mdm(AccessRights=195))),
    "mdm-topic": (profile(SIGNER, mdm(Topic="example.contoso.mdm")), profile(SIGNER, mdm())),
    "mdm-url": (profile(SIGNER, mdm(CheckInURL="http://mdm.contoso.example/checkin")), profile(SIGNER, mdm())),
    # IMAP and POP
    "mail-no-authentication": (profile(imap(OutgoingMailServerAuthentication="EmailAuthNone")), profile(imap())),
    "mail-outgoing-same-password": (
        profile(imap(OutgoingPasswordSameAsIncomingPassword=True)), profile(imap(OutgoingPasswordSameAsIncomingPassword=False)),
    ),
    "mail-user-name-missing": (
        profile(less(imap(), "IncomingMailServerUsername")),
        profile(less(imap(IncomingMailServerAuthentication="EmailAuthNone"), "IncomingMailServerUsername")),
    ),
    "mail-ssl-missing": (profile(less(imap(), "OutgoingMailServerUseSSL")), profile(imap(OutgoingMailServerUseSSL=False))),
}

# Where the iOS or the time matters: the arguments of `handset lint`, for both files or for one.
OPTIONS = {
    "key-not-yet-effective": {"both": {"ios": "12.5.7"}},
    "key-no-longer-effective": {"both": {"ios": "17.5"}},
    "payload-not-on-this-ios": {"both": {"ios": "15.8"}},
    "smime-enabled-missing": {"both": {"ios": "9.3"}},
    "smime-identity-not-newest": {"both": {"clock": "2029-01-01T00:00:00Z"}},
    "certificate-expires-soon": {"both": {"clock": "2035-12-15T00:00:00Z"}},
}
OPTIONS["certificate-expires-soon"]["clean"] = {"clock": "2035-12-01T23:59:59Z"}
CASES["certificate-expires-soon"] = (CASES["certificate-expires-soon"][0],) * 2


def signed(digest):
    """A signed profile without signed attributes, so that it is the same each time."""
    content = OUT / "content.tmp"
    content.write_bytes(document(profile(eas())))
    pki = ROOT / "pki"
    made = subprocess.run(
        ["openssl", "cms", "-sign", "-binary", "-nodetach", "-noattr", "-outform", "DER", "-md", digest, "-in", content,
         "-signer", pki / "profile-signing.cert.pem", "-inkey", pki / "profile-signing.key.pem",
         "-certfile", pki / "contoso-issuing.cert.pem"],
        check=True, capture_output=True)
    content.unlink()
    return made.stdout


def main():
    for folder in OUT.iterdir() if OUT.exists() else []:
        if folder.is_dir() and folder.name != "pki":
            shutil.rmtree(folder)
    for rule, both in CASES.items():
        folder = OUT / rule
        folder.mkdir(parents=True)
        # What is decrypted is no profile, and no command reads it.
        extension = "plist" if rule == "encrypted-content-not-an-array" else "mobileconfig"
        for name, value in zip(("triggers", "clean"), both):
            if isinstance(value, str):
                value = signed(value)
            elif not isinstance(value, bytes):
                value = document(value)
            (folder / f"{name}.{extension}").write_bytes(value)
    (OUT / "options.json").write_text(json.dumps(OPTIONS, indent=2, sort_keys=True) + "\n")
    print(f"{len(CASES)} rules")


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    main()
