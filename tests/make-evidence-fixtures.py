#!/usr/bin/env python3
"""Makes fixtures/evidence/: answers of MDM, a declarative status report, captured messages, a report of Intune.

    tests/make-evidence-fixtures.py

The forms are those of Apple's device-management schema (mdm/commands, declarative/status) and of Microsoft Graph beta
(deviceConfigurationState). Everything is rebuilt byte for byte but the two messages with real cryptography, which stay
as they are where they are. Needs Python 3.9 and, for those, openssl.
"""
import json
import pathlib
import plistlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "fixtures/evidence"
PKI = ROOT / "fixtures/pki"
UDID = "00008120-000A1B2C3D4E5F60"


def answer(name, command, **members):
    value = {"CommandUUID": f"0001_{command}", "Status": "Acknowledged", "UDID": UDID} | members
    (OUT / name).write_bytes(plistlib.dumps(value, sort_keys=True))


def der(stem):
    pem = (PKI / f"{stem}.cert.pem").read_text()
    import ssl
    begin = pem.index("-----BEGIN")
    return ssl.PEM_cert_to_DER_cert(pem[begin:])


def profiles():
    profile = plistlib.loads((ROOT / "fixtures/profiles/contoso-mail.mobileconfig").read_bytes())
    listed = {key: profile[key] for key in ("PayloadIdentifier", "PayloadUUID", "PayloadVersion", "PayloadDisplayName")}
    listed |= {"HasRemovalPasscode": False, "IsEncrypted": False, "IsManaged": True, "PayloadRemovalDisallowed": False}
    names = ("PayloadType", "PayloadIdentifier", "PayloadUUID", "PayloadVersion", "PayloadDisplayName")
    listed["PayloadContent"] = [{n: p[n] for n in names if n in p} for p in profile["PayloadContent"]]
    wifi = {
        "PayloadIdentifier": "example.contoso.wifi", "PayloadUUID": "4D41494C-00F0-4000-8000-000000000000",
        "PayloadVersion": 1, "PayloadDisplayName": "Contoso Wi-Fi", "HasRemovalPasscode": False, "IsEncrypted": False,
        "IsManaged": True, "PayloadRemovalDisallowed": False,
        "PayloadContent": [{"PayloadType": "com.apple.wifi.managed", "PayloadIdentifier": "example.contoso.wifi.1",
                            "PayloadUUID": "4D41494C-00F0-4000-8000-000000000001", "PayloadVersion": 1}],
    }
    answer("profile-list.plist", "ProfileList", ProfileList=[listed, wifi])
    answer("profile-list-without-mail.plist", "ProfileList", ProfileList=[wifi])


def others():
    certificates = [
        {"CommonName": "Alice Signing", "IsIdentity": True, "Data": der("alice-signing")},
        {"CommonName": "Alice Encryption", "IsIdentity": True, "Data": der("alice-encryption")},
        {"CommonName": "Contoso Root CA", "IsIdentity": False, "Data": der("contoso-root")},
        {"CommonName": "Contoso Issuing CA", "IsIdentity": False, "Data": der("contoso-issuing")},
    ]
    answer("certificate-list.plist", "CertificateList", CertificateList=certificates)
    expired = [{"CommonName": "Alice Expired Signing", "IsIdentity": True, "Data": der("alice-expired-signing")}]
    answer("certificate-list-expired.plist", "CertificateList", CertificateList=expired + certificates[1:])
    answer("security-info.plist", "SecurityInfo", SecurityInfo={
        "HardwareEncryptionCaps": 3, "PasscodePresent": True, "PasscodeCompliant": True,
        "PasscodeCompliantWithProfiles": True, "PasscodeLockGracePeriod": 0, "PasscodeLockGracePeriodEnforced": 0,
        "ManagementStatus": {"IsUserEnrollment": False}})
    answer("managed-application-list.plist", "ManagedApplicationList", ManagedApplicationList={
        "com.microsoft.Office.Outlook": {"Status": "Managed", "ManagementFlags": 1, "HasConfiguration": True,
                                         "HasFeedback": False, "IsValidated": True}})
    answer("device-information.plist", "DeviceInformation", QueryResponses={
        "DeviceName": "phone", "OSVersion": "17.5", "ProductName": "iPhone15,2", "IsSupervised": False})
    link = lambda code, domain, text: {"ErrorCode": code, "ErrorDomain": domain, "LocalizedDescription": text,
                                       "USEnglishDescription": text}
    answer("install-profile-error.plist", "InstallProfile", Status="Error", ErrorChain=[
        link(4001, "MCInstallationErrorDomain", "Profile Installation Failed"),
        link(4001, "MCInstallationErrorDomain", "Profile Failed to Install"),
        link(1009, "MCProfileErrorDomain", "The profile “Contoso Mail” could not be installed."),
        link(21005, "MCEASErrorDomain", "The account is not unique."),
    ])


def write_json(name, value):
    (OUT / name).write_text(json.dumps(value, indent=2) + "\n")


def status(**changes):
    account = {
        "identifier": "8F3B2A10-0001-4000-8000-000000000001", "visible-name": "Contoso Mail",
        "hostname": "mail.contoso.example", "port": 443, "username": "alice@contoso.example",
        "is-mail-enabled": True, "are-contacts-enabled": True, "are-calendars-enabled": True,
        "are-reminders-enabled": False, "are-notes-enabled": False,
    } | changes
    gone = {"identifier": "8F3B2A10-0001-4000-8000-000000000002", "_removed": True}
    return {"StatusItems": {
        "account": {"list": {"exchange": [account, gone]}},
        "device": {"operating-system": {"version": "17.5", "family": "iOS"}, "model": {"identifier": "iPhone15,2"}},
        "management": {"declarations": {"activations": [], "assets": [], "management": [], "configurations": [
            {"identifier": "example.contoso.mail", "server-token": "1", "active": True, "valid": "valid"}]}},
    }, "Errors": []}


def reports():
    setting = lambda name, state="compliant", **more: {
        "setting": f"iosEasEmailProfileConfiguration.{name}", "settingName": None, "instanceDisplayName": None,
        "state": state, "errorCode": 0, "errorDescription": None, "userId": None, "userName": "Alice",
        "userEmail": "alice@contoso.example", "userPrincipalName": "alice@contoso.example", "currentValue": None,
        "sources": [{"id": "11111111-1111-4111-8111-111111111111", "displayName": "Contoso Mail",
                     "sourceType": "deviceConfiguration"}]} | more
    policy = lambda state, settings: {
        "@odata.type": "#microsoft.graph.deviceConfigurationState", "id": "11111111-1111-4111-8111-111111111111",
        "displayName": "Contoso Mail", "version": 3, "platformType": "iOS", "state": state,
        "settingCount": len(settings), "userId": None, "userPrincipalName": "alice@contoso.example",
        "settingStates": settings}
    wrap = lambda *policies: {
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#deviceManagement/managedDevices('x')/deviceConfigurationStates",
        "value": list(policies)}
    write_json("intune-report.json", wrap(policy("compliant", [setting("hostName"), setting("accountName")])))
    write_json("intune-report-duplicate.json", wrap(policy("error", [
        setting("hostName", "error", errorCode=-2016315107, errorDescription="Email Profile already exists on device")])))
    both = [{"id": "11111111-1111-4111-8111-111111111111", "displayName": "Contoso Mail",
             "sourceType": "deviceConfiguration"},
            {"id": "22222222-2222-4222-8222-222222222222", "displayName": "Contoso Mail (pilot)",
             "sourceType": "deviceConfiguration"}]
    write_json("intune-report-conflict.json", wrap(policy("conflict", [
        setting("durationOfEmailToSync", "conflict", sources=both)])))
    write_json("ddm-status.json", status())
    write_json("ddm-status-notes-on.json", status(**{"are-notes-enabled": True}))


TEXT = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\nQuarter closed.\r\n"


def head(number, subject):
    return (f"From: Alice <alice@contoso.example>\r\nTo: Bob <bob@contoso.example>\r\nSubject: {subject}\r\n"
            f"Date: Mon, 02 Nov 2026 08:{number:02}:00 +0000\r\nMessage-ID: <evidence-{number}@contoso.example>\r\n"
            "MIME-Version: 1.0\r\n").encode()


def openssl(arguments, content):
    made = subprocess.run(["openssl", *arguments], input=content, stdout=subprocess.PIPE, check=True).stdout
    # What openssl writes has its own MIME-Version, and bare line ends outside of what is signed.
    lines = made.replace(b"\r\n", b"\n").split(b"\n")
    return b"\r\n".join(line for line in lines if not line.startswith(b"MIME-Version"))


def messages():
    (OUT / "plain.eml").write_bytes(head(5, "Plain") + TEXT)
    if not (OUT / "signed.eml").exists():
        signed = openssl(["cms", "-sign", "-md", "sha256", "-signer", PKI / "alice-signing.cert.pem", "-inkey",
                          PKI / "alice-signing.key.pem", "-certfile", PKI / "contoso-issuing.cert.pem"], TEXT)
        (OUT / "signed.eml").write_bytes(head(6, "Signed") + signed)
    if not (OUT / "encrypted.eml").exists():
        encrypted = openssl(["cms", "-encrypt", "-aes256", PKI / "alice-encryption.cert.pem",
                             PKI / "alice-encryption-second.cert.pem"], TEXT)
        (OUT / "encrypted.eml").write_bytes(head(7, "Encrypted") + encrypted)


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    profiles()
    others()
    reports()
    messages()
    sys.exit(0)
