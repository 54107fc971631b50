//! OpenSSL, called as a C program would call it.
//!
//! All pointers are owned by the types here, which free them once. Every failure is a panic: what is timed must work.
#![allow(unsafe_code)]

use openssl_sys as sys;
use smime::{BulkCipher, Certificate, DigestAlgorithm, Identity};
use std::ffi::{CString, c_char, c_int, c_long, c_uint, c_void};
use std::ptr::null_mut;

unsafe extern "C" {
    fn BIO_s_null() -> *const sys::BIO_METHOD;
    fn BIO_f_base64() -> *const sys::BIO_METHOD;
    fn BIO_push(b: *mut sys::BIO, next: *mut sys::BIO) -> *mut sys::BIO;
    fn i2d_CMS_bio_stream(
        out: *mut sys::BIO,
        cms: *mut sys::CMS_ContentInfo,
        data: *mut sys::BIO,
        flags: c_int,
    ) -> c_int;
    fn SMIME_write_CMS(
        out: *mut sys::BIO,
        cms: *mut sys::CMS_ContentInfo,
        data: *mut sys::BIO,
        flags: c_int,
    ) -> c_int;
    fn SMIME_crlf_copy(from: *mut sys::BIO, to: *mut sys::BIO, flags: c_int) -> c_int;
    fn CMS_add1_recipient_cert(
        cms: *mut sys::CMS_ContentInfo,
        recipient: *mut sys::X509,
        flags: c_uint,
    ) -> *mut c_void;
    fn CMS_RecipientInfo_get0_pkey_ctx(info: *mut c_void) -> *mut sys::EVP_PKEY_CTX;
    fn ERR_error_string_n(error: std::ffi::c_ulong, text: *mut c_char, len: usize);
    fn CMS_add1_signer(
        cms: *mut sys::CMS_ContentInfo,
        signer: *mut sys::X509,
        key: *mut sys::EVP_PKEY,
        digest: *const sys::EVP_MD,
        flags: c_uint,
    ) -> *mut c_void;
    fn CMS_final(
        cms: *mut sys::CMS_ContentInfo,
        data: *mut sys::BIO,
        dcont: *mut sys::BIO,
        flags: c_uint,
    ) -> c_int;
}

/// Where what OpenSSL makes goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Into memory, in one go.
    Memory,
    /// Into memory, streamed.
    Streamed,
    /// Nowhere: the engine alone.
    None,
}

/// The release that is linked, as a row of the report names it.
pub fn name() -> String {
    // SAFETY: takes nothing.
    let version = unsafe { sys::OpenSSL_version_num() };
    format!("openssl-{}.{}", version >> 28 & 0xf, version >> 20 & 0xff)
}

/// The release with its patch level.
pub fn version() -> String {
    // SAFETY: gives a static text.
    unsafe { std::ffi::CStr::from_ptr(sys::OpenSSL_version(0)) }.to_string_lossy().into_owned()
}

struct Bio(*mut sys::BIO);

impl Bio {
    /// Reads `octets`, which must outlive it.
    fn over(octets: &[u8]) -> Bio {
        // SAFETY: the callers below free the BIO before `octets` ends.
        Bio(some(unsafe { sys::BIO_new_mem_buf(octets.as_ptr().cast(), octets.len() as c_int) }))
    }

    fn memory() -> Bio {
        // SAFETY: a static table.
        Bio(some(unsafe { sys::BIO_new(sys::BIO_s_mem()) }))
    }

    fn null() -> Bio {
        // SAFETY: a static table.
        Bio(some(unsafe { sys::BIO_new(BIO_s_null()) }))
    }

    fn of(output: Output) -> Bio {
        if output == Output::None { Bio::null() } else { Bio::memory() }
    }

    fn octets(&self) -> Vec<u8> {
        let mut start: *mut c_char = null_mut();
        // SAFETY: a memory BIO gives where its octets are and how many; they are copied at once.
        unsafe {
            let length = sys::BIO_ctrl(self.0, sys::BIO_CTRL_INFO, 0, (&raw mut start).cast());
            std::slice::from_raw_parts(start.cast::<u8>(), length as usize).to_vec()
        }
    }
}

impl Drop for Bio {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { sys::BIO_free_all(self.0) }
    }
}

struct Cms(*mut sys::CMS_ContentInfo);

impl Cms {
    fn read(der: &[u8]) -> Cms {
        let mut at = der.as_ptr();
        // SAFETY: reads at most the length that it is told.
        Cms(some(unsafe { sys::d2i_CMS_ContentInfo(null_mut(), &mut at, der.len() as c_long) }))
    }

    /// The DER, freed again unless somebody wants it.
    fn write(&self, keep: bool) -> Vec<u8> {
        let mut out = null_mut();
        // SAFETY: a null pointer asks for memory of the library's, which is freed here.
        unsafe {
            let length = sys::i2d_CMS_ContentInfo(self.0, &mut out);
            assert!(length > 0, "i2d_CMS_ContentInfo");
            let copy =
                if keep { std::slice::from_raw_parts(out, length as usize).to_vec() } else { Vec::new() };
            sys::CRYPTO_free(out.cast(), c"versus".as_ptr(), 0);
            copy
        }
    }
}

impl Drop for Cms {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { sys::CMS_ContentInfo_free(self.0) }
    }
}

/// A certificate and its key, read once.
pub struct Person {
    certificate: *mut sys::X509,
    key: *mut sys::EVP_PKEY,
}

impl Person {
    pub fn of(identity: &Identity) -> Person {
        let der = identity.key.pkcs8();
        let mut at = der.as_ptr();
        // SAFETY: reads at most the length that it is told.
        let key = some(unsafe { sys::d2i_AutoPrivateKey(null_mut(), &mut at, der.len() as c_long) });
        Person { certificate: x509(&identity.certificate), key }
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe {
            sys::X509_free(self.certificate);
            sys::EVP_PKEY_free(self.key);
        }
    }
}

/// A list of certificates.
pub struct Stack(*mut sys::stack_st_X509);

impl Stack {
    pub fn of(certificates: &[&Certificate]) -> Stack {
        // SAFETY: the list owns what is pushed.
        unsafe {
            let stack = some(sys::OPENSSL_sk_new_null());
            for certificate in certificates {
                sys::OPENSSL_sk_push(stack, x509(certificate).cast());
            }
            Stack(stack.cast())
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: owned, with its elements.
        unsafe {
            while sys::OPENSSL_sk_num(self.0.cast()) > 0 {
                sys::X509_free(sys::OPENSSL_sk_pop(self.0.cast()).cast());
            }
            sys::OPENSSL_sk_free(self.0.cast());
        }
    }
}

/// What is trusted.
pub struct Store(*mut sys::X509_STORE);

impl Store {
    pub fn of(root: &Certificate) -> Store {
        // SAFETY: the store counts its own reference to the certificate.
        unsafe {
            let store = some(sys::X509_STORE_new());
            let root = x509(root);
            assert_eq!(sys::X509_STORE_add_cert(store, root), 1);
            sys::X509_free(root);
            Store(store)
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { sys::X509_STORE_free(self.0) }
    }
}

fn x509(certificate: &Certificate) -> *mut sys::X509 {
    let der = certificate.der();
    let mut at = der.as_ptr();
    // SAFETY: reads at most the length that it is told.
    some(unsafe { sys::d2i_X509(null_mut(), &mut at, der.len() as c_long) })
}

fn some<T>(pointer: *mut T) -> *mut T {
    assert!(!pointer.is_null(), "OpenSSL failed: {}", error());
    pointer
}

fn error() -> String {
    let mut text = [0u8; 256];
    // SAFETY: writes at most the length that it is told, with a zero at the end.
    unsafe { ERR_error_string_n(sys::ERR_get_error(), text.as_mut_ptr().cast(), text.len()) };
    String::from_utf8_lossy(&text).trim_end_matches('\0').to_owned()
}

fn ok(result: c_int) {
    assert_eq!(result, 1, "OpenSSL failed: {}", error());
}

fn cipher(cipher: BulkCipher) -> *const sys::EVP_CIPHER {
    // SAFETY: static tables.
    unsafe {
        match cipher {
            BulkCipher::Aes128Cbc => sys::EVP_aes_128_cbc(),
            BulkCipher::Aes256Cbc => sys::EVP_aes_256_cbc(),
            BulkCipher::Aes128Gcm => sys::EVP_aes_128_gcm(),
            BulkCipher::Aes256Gcm => sys::EVP_aes_256_gcm(),
            other => panic!("{other:?} is not measured"),
        }
    }
}

/// Signs; gives the message if it is wanted.
pub fn sign(signer: &Person, data: &[u8], detached: bool, output: Output, keep: bool) -> Vec<u8> {
    let from = Bio::over(data);
    let mut flags = sys::CMS_BINARY;
    if detached {
        flags |= sys::CMS_DETACHED;
    }
    if detached || output == Output::Memory {
        // SAFETY: all arguments are live; absent certificates are null.
        let cms = unsafe { sys::CMS_sign(signer.certificate, signer.key, null_mut(), from.0, flags) };
        return Cms(some(cms)).write(keep);
    }
    flags |= sys::CMS_STREAM;
    let to = Bio::of(output);
    // SAFETY: as above.
    unsafe {
        let cms = Cms(some(sys::CMS_sign(signer.certificate, signer.key, null_mut(), null_mut(), flags)));
        ok(i2d_CMS_bio_stream(to.0, cms.0, from.0, flags as c_int));
    }
    if keep { to.octets() } else { Vec::new() }
}

/// Signs with another digest than the library's default, which is SHA-256; the content is not inside.
pub fn sign_with(signer: &Person, data: &[u8], digest: DigestAlgorithm, keep: bool) -> Vec<u8> {
    let from = Bio::over(data);
    let flags = sys::CMS_BINARY | sys::CMS_DETACHED;
    // SAFETY: all arguments are live or null; the signer's structure belongs to the message.
    unsafe {
        let digest = match digest {
            DigestAlgorithm::Sha384 => sys::EVP_sha384(),
            DigestAlgorithm::Sha512 => sys::EVP_sha512(),
            _ => sys::EVP_sha256(),
        };
        let partial = flags | sys::CMS_PARTIAL;
        let cms = Cms(some(sys::CMS_sign(null_mut(), null_mut(), null_mut(), null_mut(), partial)));
        some(CMS_add1_signer(cms.0, signer.certificate, signer.key, digest, flags));
        ok(CMS_final(cms.0, from.0, null_mut(), flags));
        cms.write(keep)
    }
}

/// Verifies; with a store the path too.
pub fn verify(message: &[u8], detached: Option<&[u8]>, store: Option<&Store>, output: Output) {
    let cms = Cms::read(message);
    let content = detached.map(Bio::over);
    let to = (output != Output::None).then(Bio::memory);
    let mut flags = sys::CMS_BINARY;
    if store.is_none() {
        flags |= sys::CMS_NO_SIGNER_CERT_VERIFY;
    }
    // SAFETY: all arguments are live or null.
    ok(unsafe {
        sys::CMS_verify(
            cms.0,
            null_mut(),
            store.map_or(null_mut(), |store| store.0),
            content.as_ref().map_or(null_mut(), |bio| bio.0),
            to.as_ref().map_or(null_mut(), |bio| bio.0),
            flags,
        )
    });
}

/// Encrypts with the library's defaults for every kind of key, or with OAEP and SHA-256.
pub fn encrypt(
    recipients: &Stack,
    data: &[u8],
    with: BulkCipher,
    oaep: bool,
    output: Output,
    keep: bool,
) -> Vec<u8> {
    let from = Bio::over(data);
    let mut flags = sys::CMS_BINARY;
    if output != Output::Memory || oaep {
        flags |= sys::CMS_STREAM;
    }
    // SAFETY: all arguments are live; the recipient's context belongs to the message.
    unsafe {
        let cms = if oaep {
            let cms =
                Cms(some(sys::CMS_encrypt(null_mut(), null_mut(), cipher(with), flags | sys::CMS_PARTIAL)));
            for index in 0..sys::OPENSSL_sk_num(recipients.0.cast()) {
                let certificate = sys::OPENSSL_sk_value(recipients.0.cast(), index).cast();
                let info = some(CMS_add1_recipient_cert(cms.0, certificate, flags | sys::CMS_KEY_PARAM));
                let context = some(CMS_RecipientInfo_get0_pkey_ctx(info));
                assert!(sys::EVP_PKEY_CTX_set_rsa_padding(context, sys::RSA_PKCS1_OAEP_PADDING) > 0);
                let digest = sys::EVP_sha256().cast_mut();
                assert!(sys::EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) > 0);
                assert!(sys::EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) > 0);
            }
            cms
        } else {
            Cms(some(sys::CMS_encrypt(recipients.0, from.0, cipher(with), flags)))
        };
        if output == Output::Memory {
            if oaep {
                ok(CMS_final(cms.0, from.0, null_mut(), sys::CMS_BINARY));
            }
            return cms.write(keep);
        }
        let to = Bio::of(output);
        ok(i2d_CMS_bio_stream(to.0, cms.0, from.0, flags as c_int));
        if keep { to.octets() } else { Vec::new() }
    }
}

/// Decrypts; gives the content if it is wanted.
pub fn decrypt(message: &[u8], recipient: &Person, output: Output, keep: bool) -> Vec<u8> {
    let (cms, to) = (Cms::read(message), Bio::of(output));
    // SAFETY: all arguments are live; the content is inside.
    ok(unsafe {
        sys::CMS_decrypt(cms.0, recipient.key, recipient.certificate, null_mut(), to.0, sys::CMS_BINARY)
    });
    if keep { to.octets() } else { Vec::new() }
}

/// A message file from a MIME entity: encrypted, in base64, with its header; line ends are made CRLF.
pub fn wire_out(recipients: &Stack, entity: &[u8], with: BulkCipher, keep: bool) -> Vec<u8> {
    let (from, to) = (Bio::over(entity), Bio::memory());
    let flags = sys::CMS_STREAM;
    // SAFETY: all arguments are live.
    unsafe {
        let cms = Cms(some(sys::CMS_encrypt(recipients.0, from.0, cipher(with), flags)));
        ok(SMIME_write_CMS(to.0, cms.0, from.0, flags as c_int));
    }
    if keep { to.octets() } else { Vec::new() }
}

/// The entity of an encrypted message file.
pub fn wire_in(message: &[u8], recipient: &Person) {
    let (from, to) = (Bio::over(message), Bio::memory());
    // SAFETY: all arguments are live or null.
    unsafe {
        let cms = Cms(some(sys::SMIME_read_CMS(from.0, null_mut())));
        ok(sys::CMS_decrypt(cms.0, recipient.key, recipient.certificate, null_mut(), to.0, 0));
    }
}

/// Base64 in lines of 64 characters and LF, through the filter BIO.
pub fn base64_encode(octets: &[u8], output: Output) {
    // SAFETY: the chain is freed as one by the BIO at its front.
    unsafe {
        let front = some(sys::BIO_new(BIO_f_base64()));
        let to = Bio::of(output);
        let chain = Bio(BIO_push(front, to.0));
        std::mem::forget(to);
        assert_eq!(
            sys::BIO_write(chain.0, octets.as_ptr().cast(), octets.len() as c_int),
            octets.len() as c_int
        );
        ok(sys::BIO_ctrl(chain.0, sys::BIO_CTRL_FLUSH, 0, null_mut()) as c_int);
    }
}

/// Reads base64 through the filter BIO, again and again into the same buffer; gives how much that was.
pub fn base64_decode(text: &[u8], out: &mut [u8]) -> usize {
    // SAFETY: as above; every read is told how much room is left.
    unsafe {
        let front = some(sys::BIO_new(BIO_f_base64()));
        let from = Bio::over(text);
        let chain = Bio(BIO_push(front, from.0));
        std::mem::forget(from);
        let mut at = 0;
        loop {
            let read = sys::BIO_read(chain.0, out.as_mut_ptr().cast(), out.len() as c_int);
            if read <= 0 {
                return at;
            }
            at += read as usize;
        }
    }
}

/// Makes line ends CRLF.
pub fn canonicalise(text: &[u8], output: Output) {
    let (from, to) = (Bio::over(text), Bio::of(output));
    // SAFETY: both are live.
    ok(unsafe { SMIME_crlf_copy(from.0, to.0, 0) });
}

/// Opens a PKCS#12 file.
pub fn pkcs12(file: &[u8], password: &str) {
    let password = CString::new(password).expect("no zero");
    let mut at = file.as_ptr();
    let (mut key, mut certificate, mut others) = (null_mut(), null_mut(), null_mut());
    // SAFETY: what the parser gives is freed here.
    unsafe {
        let p12 = some(sys::d2i_PKCS12(null_mut(), &mut at, file.len() as c_long));
        ok(sys::PKCS12_parse(p12, password.as_ptr(), &mut key, &mut certificate, &mut others));
        sys::PKCS12_free(p12);
        sys::EVP_PKEY_free(key);
        sys::X509_free(certificate);
        drop(Stack(some(others)));
    }
}

/// Validates a path; both certificates are read first, as a message would bring them.
pub fn path(leaf: &Certificate, between: &[&Certificate], store: &Store) {
    let (leaf, between) = (x509(leaf), Stack::of(between));
    // SAFETY: all arguments are live until the context is freed.
    unsafe {
        let context = some(sys::X509_STORE_CTX_new());
        ok(sys::X509_STORE_CTX_init(context, store.0, leaf, between.0));
        ok(sys::X509_verify_cert(context));
        sys::X509_STORE_CTX_free(context);
        sys::X509_free(leaf);
    }
}
