// BouncyCastle as a peer of the S/MIME engine: does the jobs of FOLDER/jobs, one to a line with its words separated by
// tabs, and writes one line for each into FOLDER/results: its name, "ok" or "failed", and why. One start does them all.
//
//   java -cp bcmail.jar:bcpkix.jar:bcprov.jar:bcutil.jar BouncyCastle.java FOLDER
//
// Jobs: verify NAME CMS CONTENT|- ; decrypt NAME CMS WHO ; sign NAME WHO DIGEST v15|pss|ecdsa detached|opaque CONTENT ;
// encrypt NAME CIPHER v15|oaep|ecdh WHO,WHO CONTENT ; compress NAME CONTENT ; read NAME FILE PASSWORD ;
// write NAME WHO PASSWORD. What they write goes to FOLDER/NAME.out.

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.CipherInputStream;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.cms.GCMParameters;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.*;
import org.bouncycastle.cms.jcajce.*;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.InputAEADDecryptor;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.bouncycastle.operator.jcajce.JcaAlgorithmParametersConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

public class BouncyCastle {
    static Path folder;

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        folder = Path.of(arguments[0]);
        List<String> results = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("jobs"))) {
            String[] job = line.split("\t");
            String result;
            try {
                byte[] out = run(job);
                if (out != null) {
                    Files.write(folder.resolve(job[1] + ".out"), out);
                }
                result = "ok\t";
            } catch (Throwable failure) {
                result = "failed\t" + String.valueOf(failure).replaceAll("[\\t\\n\\r]", " ");
            }
            results.add(job[1] + "\t" + result);
        }
        Files.write(folder.resolve("results"), results);
    }

    static byte[] run(String[] job) throws Exception {
        switch (job[0]) {
            case "verify": return verify(file(job[2]), job[3].equals("-") ? null : file(job[3]));
            case "decrypt": return decrypt(file(job[2]), job[3]);
            case "sign": return sign(job[2], job[3], job[4], job[5].equals("opaque"), file(job[6]));
            case "encrypt": return encrypt(job[2], job[3], job[4].split(","), file(job[5]));
            case "compress":
                return new CMSCompressedDataGenerator()
                    .generate(new CMSProcessableByteArray(file(job[2])), new ZlibCompressor()).getEncoded();
            case "read": return read(file(job[2]), job[3]);
            case "write": return write(job[2], job[3]);
            default: throw new IllegalArgumentException(job[0]);
        }
    }

    static byte[] file(String name) throws Exception {
        return Files.readAllBytes(folder.resolve(name));
    }

    static X509Certificate certificate(String who) throws Exception {
        ByteArrayInputStream in = new ByteArrayInputStream(file(who + ".cer"));
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }

    static PrivateKey key(String who) throws Exception {
        String algorithm = certificate(who).getPublicKey().getAlgorithm();
        return KeyFactory.getInstance(algorithm, "BC").generatePrivate(new PKCS8EncodedKeySpec(file(who + ".key")));
    }

    static byte[] verify(byte[] cms, byte[] detached) throws Exception {
        CMSSignedData signed = detached == null
            ? new CMSSignedData(cms)
            : new CMSSignedData(new CMSProcessableByteArray(detached), cms);
        if (signed.getSignerInfos().size() == 0) {
            throw new IllegalStateException("nobody signed");
        }
        for (SignerInformation signer : signed.getSignerInfos().getSigners()) {
            X509CertificateHolder holder =
                (X509CertificateHolder) signed.getCertificates().getMatches(signer.getSID()).iterator().next();
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(holder))) {
                throw new IllegalStateException("the signature does not hold");
            }
        }
        return (byte[]) signed.getSignedContent().getContent();
    }

    static byte[] decrypt(byte[] cms, String who) throws Exception {
        X509CertificateHolder holder = new JcaX509CertificateHolder(certificate(who));
        boolean authenticated = new CMSTypedDataKind(cms).authenticated;
        RecipientInformationStore recipients = authenticated
            ? new CMSAuthEnvelopedData(cms).getRecipientInfos()
            : new CMSEnvelopedData(cms).getRecipientInfos();
        for (RecipientInformation recipient : recipients.getRecipients()) {
            if (!recipient.getRID().match(holder)) {
                continue;
            }
            boolean agreed = recipient instanceof KeyAgreeRecipientInformation;
            Recipient opener;
            if (authenticated) {
                opener = agreed
                    ? new AgreedAuthenticated(key(who)).setProvider("BC")
                    : new JceKeyTransAuthEnvelopedRecipient(key(who)).setProvider("BC");
            } else {
                opener = agreed
                    ? new JceKeyAgreeEnvelopedRecipient(key(who)).setProvider("BC")
                    : new JceKeyTransEnvelopedRecipient(key(who)).setProvider("BC");
            }
            return recipient.getContent(opener);
        }
        throw new IllegalStateException("not a recipient");
    }

    /** What BouncyCastle 1.72 has for key transport and not for key agreement: opening AuthEnvelopedData. */
    static class AgreedAuthenticated extends JceKeyAgreeRecipient {
        AgreedAuthenticated(PrivateKey key) {
            super(key);
        }

        public RecipientOperator getRecipientOperator(
            AlgorithmIdentifier keyEncryption, AlgorithmIdentifier contentEncryption,
            SubjectPublicKeyInfo sender, ASN1OctetString keyingMaterial, byte[] encryptedKey) throws CMSException {
            Key key = extractSecretKey(keyEncryption, contentEncryption, sender, keyingMaterial, encryptedKey);
            try {
                GCMParameters parameters = GCMParameters.getInstance(contentEncryption.getParameters());
                Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", "BC");
                cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key.getEncoded(), "AES"),
                    new GCMParameterSpec(8 * parameters.getIcvLen(), parameters.getNonce()));
                return new RecipientOperator(new InputAEADDecryptor() {
                    public AlgorithmIdentifier getAlgorithmIdentifier() {
                        return contentEncryption;
                    }

                    public InputStream getInputStream(InputStream in) {
                        return new CipherInputStream(in, cipher);
                    }

                    public OutputStream getAADStream() {
                        return new OutputStream() {
                            public void write(int octet) {
                                cipher.updateAAD(new byte[] {(byte) octet});
                            }

                            public void write(byte[] octets, int from, int count) {
                                cipher.updateAAD(octets, from, count);
                            }
                        };
                    }

                    public byte[] getMAC() {
                        return null;
                    }
                });
            } catch (java.security.GeneralSecurityException failure) {
                throw new CMSException(failure.getMessage(), failure);
            }
        }
    }

    static class CMSTypedDataKind {
        final boolean authenticated;

        CMSTypedDataKind(byte[] cms) throws Exception {
            ASN1ObjectIdentifier type =
                org.bouncycastle.asn1.cms.ContentInfo.getInstance(org.bouncycastle.asn1.ASN1Primitive.fromByteArray(cms))
                    .getContentType();
            authenticated = type.equals(org.bouncycastle.asn1.cms.CMSObjectIdentifiers.authEnvelopedData);
        }
    }

    static byte[] sign(String who, String digest, String scheme, boolean opaque, byte[] content) throws Exception {
        String algorithm = digest + (scheme.equals("ecdsa") ? "withECDSA" : scheme.equals("pss") ? "withRSAandMGF1" : "withRSA");
        ContentSigner signer = new JcaContentSignerBuilder(algorithm).setProvider("BC").build(key(who));
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(
            new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().setProvider("BC").build())
                .build(signer, certificate(who)));
        generator.addCertificates(new JcaCertStore(Collections.singletonList(certificate(who))));
        return generator.generate(new CMSProcessableByteArray(content), opaque).getEncoded();
    }

    static RecipientInfoGenerator recipient(String keyEncryption, String who) throws Exception {
        X509Certificate certificate = certificate(who);
        if (certificate.getPublicKey().getAlgorithm().equals("EC")) {
            KeyPairGenerator pairs = KeyPairGenerator.getInstance("EC", "BC");
            pairs.initialize(new ECGenParameterSpec("P-256"));
            KeyPair ephemeral = pairs.generateKeyPair();
            ASN1ObjectIdentifier agreement = keyEncryption.equals("ecdh-sha1") ? CMSAlgorithm.ECDH_SHA1KDF : CMSAlgorithm.ECDH_SHA256KDF;
            return new JceKeyAgreeRecipientInfoGenerator(
                agreement, ephemeral.getPrivate(), ephemeral.getPublic(), CMSAlgorithm.AES256_WRAP)
                .setProvider("BC").addRecipient(certificate);
        }
        if (keyEncryption.equals("oaep")) {
            OAEPParameterSpec oaep =
                new OAEPParameterSpec("SHA-256", "MGF1", new MGF1ParameterSpec("SHA-256"), PSource.PSpecified.DEFAULT);
            return new JceKeyTransRecipientInfoGenerator(certificate,
                new JcaAlgorithmParametersConverter().getAlgorithmIdentifier(PKCSObjectIdentifiers.id_RSAES_OAEP, oaep))
                .setProvider("BC");
        }
        return new JceKeyTransRecipientInfoGenerator(certificate).setProvider("BC");
    }

    static byte[] encrypt(String cipher, String keyEncryption, String[] people, byte[] content) throws Exception {
        ASN1ObjectIdentifier algorithm;
        switch (cipher) {
            case "aes128cbc": algorithm = CMSAlgorithm.AES128_CBC; break;
            case "aes192cbc": algorithm = CMSAlgorithm.AES192_CBC; break;
            case "aes256cbc": algorithm = CMSAlgorithm.AES256_CBC; break;
            case "aes128gcm": algorithm = CMSAlgorithm.AES128_GCM; break;
            case "aes256gcm": algorithm = CMSAlgorithm.AES256_GCM; break;
            default: algorithm = CMSAlgorithm.DES_EDE3_CBC;
        }
        CMSProcessableByteArray data = new CMSProcessableByteArray(content);
        org.bouncycastle.operator.OutputEncryptor encryptor =
            new JceCMSContentEncryptorBuilder(algorithm).setProvider("BC").build();
        if (cipher.endsWith("gcm")) {
            CMSAuthEnvelopedDataGenerator generator = new CMSAuthEnvelopedDataGenerator();
            for (String who : people) {
                generator.addRecipientInfoGenerator(recipient(keyEncryption, who));
            }
            return generator.generate(data, (OutputAEADEncryptor) encryptor).getEncoded();
        }
        CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
        for (String who : people) {
            generator.addRecipientInfoGenerator(recipient(keyEncryption, who));
        }
        return generator.generate(data, encryptor).getEncoded();
    }

    static byte[] read(byte[] file, String password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12", "BC");
        store.load(new ByteArrayInputStream(file), password.toCharArray());
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                return store.getKey(alias, password.toCharArray()).getEncoded();
            }
        }
        throw new IllegalStateException("no key inside");
    }

    static byte[] write(String who, String password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12", "BC");
        store.load(null, null);
        store.setKeyEntry(who, key(who), password.toCharArray(), new Certificate[] {certificate(who)});
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store.store(out, password.toCharArray());
        return out.toByteArray();
    }
}
