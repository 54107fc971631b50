//! 64 blocks at once: encryption of counters and multiplication for the hash, instruction by instruction.
//!
//! Neither of the two fills the processor. A round of AES on four blocks waits four cycles for the one before, two can
//! begin in a cycle, and the multipliers are others; so 16 registers of four blocks go through the rounds together, and
//! between their rounds stand the steps of the hash over the 64 blocks of ciphertext. The compiler puts such steps in
//! another order and moves registers to memory, which made it a third slower; therefore the order is fixed here.
//!
//! What is in which register of 512 bits: 0 to 15 the states; 16 a round key, then text; 17 to 22 what is being
//! multiplied; 23, 24 and 25 the sums of lower, middle and upper halves of products; 26 the reversal of octets; 27 the
//! counter, reversed; 28 that of the last vector; 29 the hash; 30 the upper half of the polynomial; 31 the first and the last round key.

use super::{BATCH, BLOCK, GcmDecryptor, UPPER, VECTOR, VECTOR_BLOCKS, counter_block, reversal};
use std::arch::asm;
use std::arch::x86_64::*;
use std::mem::MaybeUninit;

/// What is added to counters: the numbers of 64 blocks in the last octet of each, as they are encrypted, and behind them
/// 64 in the first octet of four, as they are counted.
#[repr(align(64))]
struct Numbers([u8; (BATCH + VECTOR_BLOCKS) * BLOCK]);

/// Numbers for batches that begin at a multiple of 64, and one, two or three blocks behind one: the last as many blocks of
/// those are the first behind the next multiple.
static NUMBERS: [Numbers; VECTOR_BLOCKS] = [numbers(0), numbers(1), numbers(2), numbers(3)];

const fn numbers(first: usize) -> Numbers {
    let mut numbers = [0; (BATCH + VECTOR_BLOCKS) * BLOCK];
    let mut block = 0;
    while block < BATCH {
        numbers[block * BLOCK + BLOCK - 1] = ((first + block) % BATCH) as u8;
        block += 1;
    }
    while block < BATCH + VECTOR_BLOCKS {
        numbers[block * BLOCK] = BATCH as u8;
        block += 1;
    }
    Numbers(numbers)
}

/// The counter, encrypted as far as the first key, for the last vector the next where its blocks have it, and the next.
macro_rules! count {
    () => {
        "vbroadcasti32x4 zmm31, [{keys}]
        vmovdqa64 zmm28, zmm27
        vpaddd zmm28 {{k1}}, zmm27, [{numbers} + 1024]
        vpshufb zmm16, zmm27, zmm26
        vpshufb zmm28, zmm28, zmm26
        vpaddd zmm27, zmm27, [{numbers} + 1024]
        vpxorq zmm16, zmm16, zmm31
        vpxorq zmm28, zmm28, zmm31
        "
    };
}

/// States to begin with. The lowest six bits of the counter are zero, so that numbers can be added without carry.
macro_rules! states {
    ($($n:literal)*) => { concat!($("vpxorq zmm", $n, ", zmm16, [{numbers} + 64 * ", $n, "]\n",)*) };
}

/// The last of the states, whose blocks may have the next counter.
macro_rules! last_state {
    () => {
        "vpxorq zmm15, zmm28, [{numbers} + 64 * 15]\n"
    };
}

/// A round, with steps of the hash in between.
macro_rules! round {
    ($round:literal: $first:expr, $second:expr) => {
        concat!(key!($round), encrypt!(0 1 2 3 4 5 6 7), $first, encrypt!(8 9 10 11 12 13 14 15), $second)
    };
    ($round:literal: $first:expr, $second:expr, $third:expr) => {
        concat!(
            key!($round),
            encrypt!(0 1 2 3 4),
            $first,
            encrypt!(5 6 7 8 9),
            $second,
            encrypt!(10 11 12 13 14 15),
            $third,
        )
    };
}

macro_rules! key {
    ($round:literal) => {
        concat!("vbroadcasti32x4 zmm16, [{keys} + 16 * ", $round, "]\n")
    };
}

macro_rules! encrypt {
    ($($n:literal)*) => { concat!($("vaesenc zmm", $n, ", zmm", $n, ", zmm16\n",)*) };
}

/// The last round and the text.
macro_rules! last {
    ($write:ident: $($n:literal)*) => {
        concat!($(
            "vpxorq zmm16, zmm31, [{from} + 64 * ", $n, "]\n",
            "vaesenclast zmm", $n, ", zmm", $n, ", zmm16\n",
            $write!($n),
        )*)
    };
}

/// Writes a vector.
macro_rules! through {
    () => {
        ""
    };
    ($n:literal) => {
        concat!("vmovdqu64 [{to} + 64 * ", $n, "], zmm", $n, "\n")
    };
}

/// Writes a vector past the caches, and asks for input 8192 octets ahead; at the end the fence.
macro_rules! past {
    () => {
        "sfence\n"
    };
    ($n:literal) => {
        concat!(
            "prefetcht0 [{from} + 8192 + 64 * ",
            $n,
            "]\n",
            "vmovntdq [{to} + 64 * ",
            $n,
            "], zmm",
            $n,
            "\n"
        )
    };
}

/// Reads two vectors of ciphertext.
macro_rules! fetch {
    ($a:literal $b:literal) => {
        concat!(
            "vmovdqu64 zmm17, [{from} + 64 * ",
            $a,
            "]\n",
            "vmovdqu64 zmm18, [{from} + 64 * ",
            $b,
            "]\n",
            "vpshufb zmm17, zmm17, zmm26\n",
            "vpshufb zmm18, zmm18, zmm26\n",
        )
    };
}

/// Reads the last vector and the first, to which the hash of what came before is added as late as possible.
macro_rules! fetch_with_hash {
    () => { concat!(fetch!(15 0), "vpxorq zmm18, zmm18, zmm29\n") };
}

/// The sums of the halves of blocks.
macro_rules! halves {
    () => {
        "vpshufd zmm19, zmm17, 0x4E
        vpshufd zmm20, zmm18, 0x4E
        vpxorq zmm19, zmm19, zmm17
        vpxorq zmm20, zmm20, zmm18
        "
    };
}

/// Multiplies by powers in Karatsuba's way: lower halves, upper halves, sums of halves.
macro_rules! multiply {
    ($a:literal $b:literal) => {
        concat!(
            "vpclmulqdq zmm21, zmm17, [{powers} + 64 * ",
            $a,
            "], 0x00\n",
            "vpclmulqdq zmm22, zmm18, [{powers} + 64 * ",
            $b,
            "], 0x00\n",
            "vpclmulqdq zmm17, zmm17, [{powers} + 64 * ",
            $a,
            "], 0x11\n",
            "vpclmulqdq zmm18, zmm18, [{powers} + 64 * ",
            $b,
            "], 0x11\n",
            "vpclmulqdq zmm19, zmm19, [{powers} + 1024 + 64 * ",
            $a,
            "], 0x00\n",
            "vpclmulqdq zmm20, zmm20, [{powers} + 1024 + 64 * ",
            $b,
            "], 0x00\n",
        )
    };
}

/// Begins the sums with the products.
macro_rules! begin {
    () => {
        "vpxorq zmm23, zmm21, zmm22
        vpxorq zmm25, zmm17, zmm18
        vpxorq zmm24, zmm19, zmm20
        "
    };
}

/// Adds the products to the sums.
macro_rules! add {
    () => {
        "vpternlogq zmm23, zmm21, zmm22, 0x96
        vpternlogq zmm25, zmm17, zmm18, 0x96
        vpternlogq zmm24, zmm19, zmm20, 0x96
        "
    };
}

/// The middle of the products from the sums of halves, and the sums of the four blocks of each.
macro_rules! fold {
    () => {
        "vpternlogq zmm24, zmm23, zmm25, 0x96
        vextracti64x4 ymm17, zmm23, 1
        vextracti64x4 ymm18, zmm24, 1
        vextracti64x4 ymm19, zmm25, 1
        vpxorq ymm23, ymm23, ymm17
        vpxorq ymm24, ymm24, ymm18
        vpxorq ymm25, ymm25, ymm19
        vextracti32x4 xmm17, ymm23, 1
        vextracti32x4 xmm18, ymm24, 1
        vextracti32x4 xmm19, ymm25, 1
        vpxorq xmm23, xmm23, xmm17
        vpxorq xmm24, xmm24, xmm18
        vpxorq xmm25, xmm25, xmm19
        "
    };
}

/// Reduces the product, as `super::reduce`.
macro_rules! reduce {
    () => {
        "vpclmulqdq xmm17, xmm30, xmm23, 0x00
        vpshufd xmm18, xmm23, 0x4E
        vpternlogq xmm24, xmm17, xmm18, 0x96
        vpclmulqdq xmm19, xmm30, xmm24, 0x00
        vpshufd xmm20, xmm24, 0x4E
        vpternlogq xmm25, xmm19, xmm20, 0x96
        vmovdqa64 xmm29, xmm25
        "
    };
}

/// All rounds but the last.
macro_rules! rounds {
    (10) => {
        concat!(
            round!(1: fetch!(3 4), halves!(), multiply!(3 4)),
            round!(2: add!(), fetch!(5 6), halves!()),
            round!(3: multiply!(5 6), add!(), fetch!(7 8)),
            round!(4: halves!(), multiply!(7 8), add!()),
            round!(5: fetch!(9 10), halves!(), multiply!(9 10)),
            round!(6: add!(), fetch!(11 12), halves!()),
            round!(7: multiply!(11 12), add!(), fetch!(13 14)),
            round!(8: halves!(), multiply!(13 14), add!()),
            round!(9: fetch_with_hash!(), "", ""),
        )
    };
    (14) => {
        concat!(
            round!(1: fetch!(3 4), halves!()),
            round!(2: multiply!(3 4), add!()),
            round!(3: fetch!(5 6), halves!()),
            round!(4: multiply!(5 6), add!()),
            round!(5: fetch!(7 8), halves!()),
            round!(6: multiply!(7 8), add!()),
            round!(7: fetch!(9 10), halves!()),
            round!(8: multiply!(9 10), add!()),
            round!(9: fetch!(11 12), halves!()),
            round!(10: multiply!(11 12), add!()),
            round!(11: fetch!(13 14), halves!()),
            round!(12: multiply!(13 14), add!()),
            round!(13: fetch_with_hash!(), ""),
        )
    };
}

/// A batch again and again: before the rounds, the rounds, and behind them.
macro_rules! batches {
    ($cipher:ident, $from:ident, $to:ident, $batches:ident, $counter:ident, $shift:ident, $hash:ident, $write:ident, $rounds:tt) => {
        asm!(
            "2:",
            count!(),
            states!(0 1 2 3), fetch!(1 2),
            states!(4 5 6 7), halves!(),
            states!(8 9 10 11), multiply!(1 2),
            states!(12 13 14), last_state!(), begin!(),
            rounds!($rounds),
            concat!("vbroadcasti32x4 zmm31, [{keys} + 16 * ", $rounds, "]\n"),
            last!($write: 0 1), halves!(),
            last!($write: 2 3), multiply!(15 0),
            last!($write: 4 5), add!(),
            last!($write: 6 7 8), fold!(),
            last!($write: 9 10 11), reduce!(),
            last!($write: 12 13 14 15),
            "add {from}, 1024",
            "add {to}, 1024",
            "dec {batches}",
            "jnz 2b",
            $write!(),
            from = inout(reg) $from => _,
            to = inout(reg) $to => _,
            batches = inout(reg) $batches => _,
            keys = in(reg) $cipher.key.words.as_ptr(),
            powers = in(reg) $cipher.powers.0.as_ptr(),
            numbers = in(reg) NUMBERS[$shift].0.as_ptr(),
            // The words of the last blocks, as many as the shift is.
            in("k1") !(u16::MAX >> (4 * $shift)),
            out("zmm0") _, out("zmm1") _, out("zmm2") _, out("zmm3") _, out("zmm4") _, out("zmm5") _,
            out("zmm6") _, out("zmm7") _, out("zmm8") _, out("zmm9") _, out("zmm10") _, out("zmm11") _,
            out("zmm12") _, out("zmm13") _, out("zmm14") _, out("zmm15") _, out("zmm16") _, out("zmm17") _,
            out("zmm18") _, out("zmm19") _, out("zmm20") _, out("zmm21") _, out("zmm22") _, out("zmm23") _,
            out("zmm24") _, out("zmm25") _, out("zmm31") _,
            in("zmm26") reversal(),
            inout("zmm27") $counter => _,
            inout("zmm29") $hash,
            out("zmm28") _,
            in("zmm30") _mm512_set1_epi64(UPPER),
            options(nostack),
        )
    };
}

/// Decrypts whole batches of `input` into `out`, which has their length, from the block with this counter on, a multiple
/// of 64 or one of the three behind it, under `past` past the caches to whole lines; gives the hash with them.
///
/// # Panics
///
/// When the lengths are others, or the counter, or the place.
#[target_feature(enable = "aes,vaes,pclmulqdq,vpclmulqdq,avx512f,avx512bw,avx512vl")]
pub(super) fn decrypt<const ROUNDS: usize>(
    cipher: &GcmDecryptor,
    counter: u32,
    hash: __m128i,
    input: &[u8],
    out: &mut [MaybeUninit<u8>],
    past: bool,
) -> __m128i {
    let batches = out.len() / (BATCH * BLOCK);
    assert!(input.len() == out.len() && out.len() == batches * BATCH * BLOCK && batches > 0);
    let shift = (counter % BATCH as u32) as usize;
    assert!(shift < VECTOR_BLOCKS && cipher.key.rounds == ROUNDS);
    assert!(!past || out.as_ptr().addr().is_multiple_of(VECTOR));
    let (from, to) = (input.as_ptr(), out.as_mut_ptr());
    let counter = _mm512_broadcast_i32x4(counter_block(cipher, counter - shift as u32));
    let mut hash = _mm512_zextsi128_si512(hash);
    // SAFETY: each of the batches, of which there is one or more, reads 1024 octets of `input` and writes as many of
    // `out`, which is no part of it; past the caches `out` begins with a line, and the fence is at the end. What is asked
    // for ahead need not be there. All round keys, powers and numbers that are read are in their arrays, of which the
    // last two lie at multiples of 64 octets as whole vectors. Every register that is changed is named; the flags and
    // memory need not be; nothing is put on the stack.
    unsafe {
        match (ROUNDS, past) {
            (10, false) => batches!(cipher, from, to, batches, counter, shift, hash, through, 10),
            (10, true) => batches!(cipher, from, to, batches, counter, shift, hash, past, 10),
            (_, false) => batches!(cipher, from, to, batches, counter, shift, hash, through, 14),
            (_, true) => batches!(cipher, from, to, batches, counter, shift, hash, past, 14),
        }
    }
    _mm512_castsi512_si128(hash)
}
