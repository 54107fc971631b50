"""PyPI `cryptography` as a peer of the S/MIME engine. Jobs and results as in BouncyCastle.java: pyca.py FOLDER"""

import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

folder = pathlib.Path(sys.argv[1])


def file(name):
    return (folder / name).read_bytes()


def certificate(who):
    return x509.load_der_x509_certificate(file(who + ".cer"))


def key(who):
    return serialization.load_der_private_key(file(who + ".key"), None)


def sign(who, digest, scheme, form, content):
    digest = {"SHA256": hashes.SHA256, "SHA384": hashes.SHA384, "SHA512": hashes.SHA512}[digest]()
    pss = padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH) if scheme == "pss" else None
    builder = pkcs7.PKCS7SignatureBuilder().set_data(file(content))
    builder = builder.add_signer(certificate(who), key(who), digest, rsa_padding=pss)
    options = [pkcs7.PKCS7Options.Binary]
    if form == "detached":
        options.append(pkcs7.PKCS7Options.DetachedSignature)
    return builder.sign(serialization.Encoding.DER, options)


def encrypt(cipher, key_encryption, people, content):
    if key_encryption != "v15":
        raise ValueError("only RSA PKCS#1 v1.5")
    cipher = {"aes128cbc": algorithms.AES128, "aes256cbc": algorithms.AES256}[cipher]
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(file(content)).set_content_encryption_algorithm(cipher)
    for who in people.split(","):
        builder = builder.add_recipient(certificate(who))
    return builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def decrypt(cms, who):
    return pkcs7.pkcs7_decrypt_der(file(cms), certificate(who), key(who), [])


def read(name, password):
    found, leaf, _ = pkcs12.load_key_and_certificates(file(name), password.encode())
    if found is None or leaf is None:
        raise ValueError("no identity inside")
    pkcs8 = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return found.private_bytes(*pkcs8)


def write(who, password):
    encryption = serialization.BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(who.encode(), key(who), certificate(who), None, encryption)


verbs = {"sign": sign, "encrypt": encrypt, "decrypt": decrypt, "read": read, "write": write}
results = []
for line in (folder / "jobs").read_text().splitlines():
    verb, name, *words = line.split("\t")
    try:
        (folder / (name + ".out")).write_bytes(verbs[verb](*words))
        results.append(f"{name}\tok\t")
    except BaseException as failure:  # Rust panics are no Exception
        why = f"{type(failure).__name__}: {failure}".replace("\t", " ").replace("\n", " ")
        results.append(f"{name}\tfailed\t{why}")
(folder / "results").write_text("".join(line + "\n" for line in results))
