//! The compression function (FIPS 180-4, 6.4.2), four blocks at a time, instruction by instruction.
//!
//! The schedules of four blocks are computed together, two words of each block in a register of 512 bits, between the
//! rounds of the first of the four; the sums with the constants go to memory, where the rounds of all four find them.
//!
//! A round waits for the one before only by way of `e`: three rotations, two sums without carry and one with, which is
//! four cycles; and as long by way of `a`. That takes the words that are known to be added first, and the majority to
//! be the sum of two parts of which only one waits for `a`. The new `a` is reckoned from the new `e`, less the old `d`
//! that is in it, which spares an addition. That leaves 24 operations besides copies. Six units could do them in four
//! cycles; on a Zen 5, which finds work for not quite five of its six units when each operation needs the one before,
//! it is five, in whatever order they stand. The schedule, on other units, takes no time at all. The compiler knows
//! no such sums and moves words to memory; therefore the instructions are written down.
//!
//! Sixteen rounds are a loop: all of them in a row do not stay where the processor keeps decoded instructions.
//!
//! What is in which vector register: 0 to 7 the last sixteen words of the schedule; 8 to 11 what the next is made of.

use super::BLOCK;
use std::arch::asm;
use std::arch::x86_64::*;
use std::mem::MaybeUninit;
use std::sync::atomic::{Ordering, compiler_fence};

/// How many blocks have their schedules computed together.
const LANES: usize = 4;
/// The octets that two words have in a block.
const PAIR: usize = 16;
/// How many vectors have sixteen words of each block, and how often there are so many rounds.
const PAIRS: usize = 8;
const PARTS: usize = 5;

/// The constants of the rounds (FIPS 180-4, 4.2.3), those of the first sixteen at the end: the loop over the others ends
/// where the address is a multiple of 512 again.
#[repr(align(512))]
struct Constants([u64; 2 * PAIRS * PARTS]);

static CONSTANTS: Constants = Constants([
    0xe49b_69c1_9ef1_4ad2,
    0xefbe_4786_384f_25e3,
    0x0fc1_9dc6_8b8c_d5b5,
    0x240c_a1cc_77ac_9c65,
    0x2de9_2c6f_592b_0275,
    0x4a74_84aa_6ea6_e483,
    0x5cb0_a9dc_bd41_fbd4,
    0x76f9_88da_8311_53b5,
    0x983e_5152_ee66_dfab,
    0xa831_c66d_2db4_3210,
    0xb003_27c8_98fb_213f,
    0xbf59_7fc7_beef_0ee4,
    0xc6e0_0bf3_3da8_8fc2,
    0xd5a7_9147_930a_a725,
    0x06ca_6351_e003_826f,
    0x1429_2967_0a0e_6e70,
    0x27b7_0a85_46d2_2ffc,
    0x2e1b_2138_5c26_c926,
    0x4d2c_6dfc_5ac4_2aed,
    0x5338_0d13_9d95_b3df,
    0x650a_7354_8baf_63de,
    0x766a_0abb_3c77_b2a8,
    0x81c2_c92e_47ed_aee6,
    0x9272_2c85_1482_353b,
    0xa2bf_e8a1_4cf1_0364,
    0xa81a_664b_bc42_3001,
    0xc24b_8b70_d0f8_9791,
    0xc76c_51a3_0654_be30,
    0xd192_e819_d6ef_5218,
    0xd699_0624_5565_a910,
    0xf40e_3585_5771_202a,
    0x106a_a070_32bb_d1b8,
    0x19a4_c116_b8d2_d0c8,
    0x1e37_6c08_5141_ab53,
    0x2748_774c_df8e_eb99,
    0x34b0_bcb5_e19b_48a8,
    0x391c_0cb3_c5c9_5a63,
    0x4ed8_aa4a_e341_8acb,
    0x5b9c_ca4f_7763_e373,
    0x682e_6ff3_d6b2_b8a3,
    0x748f_82ee_5def_b2fc,
    0x78a5_636f_4317_2f60,
    0x84c8_7814_a1f0_ab72,
    0x8cc7_0208_1a64_39ec,
    0x90be_fffa_2363_1e28,
    0xa450_6ceb_de82_bde9,
    0xbef9_a3f7_b2c6_7915,
    0xc671_78f2_e372_532b,
    0xca27_3ece_ea26_619c,
    0xd186_b8c7_21c0_c207,
    0xeada_7dd6_cde0_eb1e,
    0xf57d_4f7f_ee6e_d178,
    0x06f0_67aa_7217_6fba,
    0x0a63_7dc5_a2c8_98a6,
    0x113f_9804_bef9_0dae,
    0x1b71_0b35_131c_471b,
    0x28db_77f5_2304_7d84,
    0x32ca_ab7b_40c7_2493,
    0x3c9e_be0a_15c9_bebc,
    0x431d_67c4_9c10_0d4c,
    0x4cc5_d4be_cb3e_42b6,
    0x597f_299c_fc65_7e2a,
    0x5fcb_6fab_3ad6_faec,
    0x6c44_198c_4a47_5817,
    0x428a_2f98_d728_ae22,
    0x7137_4491_23ef_65cd,
    0xb5c0_fbcf_ec4d_3b2f,
    0xe9b5_dba5_8189_dbbc,
    0x3956_c25b_f348_b538,
    0x59f1_11f1_b605_d019,
    0x923f_82a4_af19_4f9b,
    0xab1c_5ed5_da6d_8118,
    0xd807_aa98_a303_0242,
    0x1283_5b01_4570_6fbe,
    0x2431_85be_4ee4_b28c,
    0x550c_7dc3_d5ff_b4e2,
    0x72be_5d74_f27b_896f,
    0x80de_b1fe_3b16_96b1,
    0x9bdc_06a7_25c7_1235,
    0xc19b_f174_cf69_2694,
]);

/// The words of the schedules of four blocks, two of each to a vector, with the constants of their rounds added.
type Scheduled = [__m512i; PAIRS * PARTS];

/// A round: the new `e` comes to be where `h` was, the new `a` where `d` was. `x` is `b ^ c`, which is left by the
/// round before.
macro_rules! round {
    (
        $a:literal $b:literal $d:literal $e:literal $f:literal $g:literal $h:literal,
        $pair:literal, $word:literal
    ) => {
        concat!(
            concat!("add {", $h, "}, [{words} + 64 * ", $pair, " + 8 * ", $word, "]\n"),
            concat!("rorx {t}, {", $e, "}, 14\n"),
            concat!("rorx {u}, {", $e, "}, 18\n"),
            concat!("add {", $h, "}, {", $d, "}\n"),
            concat!("xor {t}, {u}\n"),
            concat!("mov {u}, {", $e, "}\n"),
            concat!("and {u}, {", $f, "}\n"),
            concat!("add {", $h, "}, {u}\n"),
            concat!("andn {u}, {", $e, "}, {", $g, "}\n"),
            concat!("add {", $h, "}, {u}\n"),
            concat!("rorx {u}, {", $e, "}, 41\n"),
            concat!("xor {t}, {u}\n"),
            concat!("add {", $h, "}, {t}\n"),
            concat!("andn {t}, {x}, {", $b, "}\n"),
            concat!("sub {t}, {", $d, "}\n"),
            concat!("and {x}, {", $a, "}\n"),
            concat!("add {t}, {x}\n"),
            concat!("rorx {", $d, "}, {", $a, "}, 28\n"),
            concat!("rorx {u}, {", $a, "}, 34\n"),
            concat!("xor {", $d, "}, {u}\n"),
            concat!("rorx {u}, {", $a, "}, 39\n"),
            concat!("add {t}, {", $h, "}\n"),
            concat!("xor {", $d, "}, {u}\n"),
            concat!("mov {x}, {", $a, "}\n"),
            concat!("xor {x}, {", $b, "}\n"),
            concat!("add {", $d, "}, {t}\n"),
        )
    };
}

/// Four rounds, after which every word is where it was, with something behind each.
macro_rules! rounds {
    ($first:literal $second:literal: $i:expr, $j:expr, $k:expr, $l:expr) => {
        concat!(
            round!("a" "b" "d" "e" "f" "g" "h", $first, 0),
            $i,
            round!("d" "a" "c" "h" "e" "f" "g", $first, 1),
            $j,
            round!("c" "d" "b" "g" "h" "e" "f", $second, 0),
            $k,
            round!("b" "c" "a" "f" "g" "h" "e", $second, 1),
            $l,
        )
    };
}

/// Adds to the words of sixteen rounds ago those of seven and the smaller sigma of those of fifteen rounds ago.
macro_rules! early {
    ($w16:literal $w14:literal $w8:literal $w6:literal) => {
        concat!(
            concat!("vpalignr zmm8, zmm", $w14, ", zmm", $w16, ", 8\n"),
            concat!("vpalignr zmm9, zmm", $w6, ", zmm", $w8, ", 8\n"),
            "vprorq zmm10, zmm8, 1
            vprorq zmm11, zmm8, 8
            vpsrlq zmm8, zmm8, 7
            vpternlogq zmm8, zmm10, zmm11, 0x96\n",
            concat!("vpaddq zmm", $w16, ", zmm", $w16, ", zmm9\n"),
            concat!("vpaddq zmm", $w16, ", zmm", $w16, ", zmm8\n"),
        )
    };
}

/// Adds the smaller sigma of the words of two rounds ago, which makes the next words of the schedule, and writes their
/// sums with the constants.
macro_rules! late {
    ($w16:literal $w2:literal) => {
        concat!(
            concat!("vprorq zmm8, zmm", $w2, ", 19\n"),
            concat!("vprorq zmm9, zmm", $w2, ", 61\n"),
            concat!("vpsrlq zmm10, zmm", $w2, ", 6\n"),
            "vpternlogq zmm8, zmm9, zmm10, 0x96\n",
            concat!("vpaddq zmm", $w16, ", zmm", $w16, ", zmm8\n"),
            concat!("vbroadcasti32x4 zmm11, [{constants} + 16 * ", $w16, "]\n"),
            concat!("vpaddq zmm11, zmm11, zmm", $w16, "\n"),
            concat!("vmovdqa64 [{words} + 512 + 64 * ", $w16, "], zmm11\n"),
        )
    };
}

/// The eight words that the rounds work on.
#[derive(Clone, Copy)]
struct Words {
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    e: u64,
    f: u64,
    g: u64,
    h: u64,
}

/// Sixteen rounds with these instructions, the last of which says whether there are more.
macro_rules! again {
    ($words:ident, [$($instruction:expr),*], $($operand:tt)*) => {
        asm!(
            "2:",
            $($instruction,)*
            "jnz 2b",
            a = inout(reg) $words.a,
            b = inout(reg) $words.b,
            c = inout(reg) $words.c,
            d = inout(reg) $words.d,
            e = inout(reg) $words.e,
            f = inout(reg) $words.f,
            g = inout(reg) $words.g,
            h = inout(reg) $words.h,
            x = inout(reg) $words.b ^ $words.c => _,
            t = out(reg) _,
            u = out(reg) _,
            $($operand)*
        )
    };
}

impl Words {
    /// The rounds with the words scheduled for them, sixteen for each of so many `parts`.
    ///
    /// # Safety
    ///
    /// There is a part, and eight vectors for each can be read, where `scheduled` is the place of the block in the first
    /// of them.
    #[inline]
    #[target_feature(enable = "bmi1,bmi2")]
    unsafe fn rounds(&mut self, scheduled: *const u64, parts: usize) {
        // SAFETY: the words that are read are in the vectors of the parts. Every register that is changed is named;
        // memory is not changed, and nothing is put on the stack.
        unsafe {
            again!(
                self,
                [
                    rounds!(0 1: "", "", "", ""),
                    rounds!(2 3: "", "", "", ""),
                    rounds!(4 5: "", "", "", ""),
                    rounds!(6 7: "", "", "", ""),
                    "add {words}, 512",
                    "dec {parts}"
                ],
                words = inout(reg) scheduled => _,
                parts = inout(reg) parts => _,
                options(readonly, nostack)
            )
        }
    }

    /// All rounds but the last sixteen with the words scheduled for them, and the schedule, from the first sixteen
    /// words of it on; gives the place of the last part.
    ///
    /// # Safety
    ///
    /// The first part of the schedule can be read from `scheduled` on, and the others written behind it; the address
    /// is a multiple of 64.
    #[inline]
    #[target_feature(enable = "bmi1,bmi2,avx512f,avx512bw")]
    unsafe fn rounds_and_schedule(&mut self, mut scheduled: *mut u64, first: [__m512i; PAIRS]) -> *mut u64 {
        // SAFETY: each of the four parts that is worked on, which is when the address of the constants is a multiple of
        // 512 again, reads the words of its own and writes those of the next. Every register that is changed is named,
        // and nothing is put on the stack.
        unsafe {
            again!(
                self,
                [
                    rounds!(0 1: early!(0 1 4 5), late!(0 7), early!(1 2 5 6), late!(1 0)),
                    rounds!(2 3: early!(2 3 6 7), late!(2 1), early!(3 4 7 0), late!(3 2)),
                    rounds!(4 5: early!(4 5 0 1), late!(4 3), early!(5 6 1 2), late!(5 4)),
                    rounds!(6 7: early!(6 7 2 3), late!(6 5), early!(7 0 3 4), late!(7 6)),
                    "add {words}, 512",
                    "add {constants}, 128",
                    "test {constants}, 511"
                ],
                words = inout(reg) scheduled,
                constants = inout(reg) CONSTANTS.0.as_ptr() => _,
                inout("zmm0") first[0] => _,
                inout("zmm1") first[1] => _,
                inout("zmm2") first[2] => _,
                inout("zmm3") first[3] => _,
                inout("zmm4") first[4] => _,
                inout("zmm5") first[5] => _,
                inout("zmm6") first[6] => _,
                inout("zmm7") first[7] => _,
                out("zmm8") _,
                out("zmm9") _,
                out("zmm10") _,
                out("zmm11") _,
                options(nostack)
            )
        }
        scheduled
    }

    /// The words that the next block begins with, from those that this one began and ended with (6.4.2, step 4).
    #[inline]
    fn plus(self, state: Words) -> Words {
        Words {
            a: self.a.wrapping_add(state.a),
            b: self.b.wrapping_add(state.b),
            c: self.c.wrapping_add(state.c),
            d: self.d.wrapping_add(state.d),
            e: self.e.wrapping_add(state.e),
            f: self.f.wrapping_add(state.f),
            g: self.g.wrapping_add(state.g),
            h: self.h.wrapping_add(state.h),
        }
    }
}

/// The first sixteen words of each of four blocks, or of fewer, whose first then stands for those that there are not.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn first(group: &[[u8; BLOCK]]) -> [__m512i; PAIRS] {
    let lane = |n| group.get(n).unwrap_or(&group[0]).as_ptr();
    let (a, b, c, d) = (lane(0), lane(1), lane(2), lane(3));
    // SAFETY: a load of the 16 octets of the pair of this number of a block, which has as many pairs as there are.
    let load = |block: *const u8, n: usize| unsafe { _mm_loadu_si128(block.add(n * PAIR).cast()) };
    let reversal = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0809_0a0b_0c0d_0e0f, 0x0001_0203_0405_0607));
    let mut words = [_mm512_setzero_si512(); PAIRS];
    for (n, words) in words.iter_mut().enumerate() {
        let pairs = _mm512_inserti32x4::<1>(_mm512_castsi128_si512(load(a, n)), load(b, n));
        let pairs = _mm512_inserti32x4::<2>(pairs, load(c, n));
        *words = _mm512_shuffle_epi8(_mm512_inserti32x4::<3>(pairs, load(d, n)), reversal);
    }
    words
}

/// Takes whole blocks into a state.
#[target_feature(enable = "bmi1,bmi2,avx512f,avx512bw")]
pub(super) fn compress(state: &mut [u64; 8], blocks: &[[u8; BLOCK]]) {
    let mut scheduled = MaybeUninit::<Scheduled>::uninit();
    let start: *mut __m512i = scheduled.as_mut_ptr().cast();
    let [a, b, c, d, e, f, g, h] = *state;
    let mut words = Words { a, b, c, d, e, f, g, h };
    for group in blocks.chunks(LANES) {
        let first = first(group);
        let constants = CONSTANTS.0[2 * PAIRS * (PARTS - 1)..].as_chunks::<2>().0;
        for (n, (first, constants)) in first.iter().zip(constants).enumerate() {
            // SAFETY: a load of the 16 octets of two words, and a store to one of the first eight of the vectors that
            // there is room for.
            unsafe {
                let constants = _mm512_broadcast_i32x4(_mm_loadu_si128(constants.as_ptr().cast()));
                start.add(n).write(_mm512_add_epi64(*first, constants));
            }
        }
        for n in 0..group.len() {
            let before = words;
            // SAFETY: the whole schedule has room from the start on, which is aligned as vectors are, and its first part
            // was just written. With the first block the rest of it is written, so that all of it can be read with the
            // others, which are no more than there are lanes, and have their place at as many times 16 octets.
            unsafe {
                if n == 0 {
                    let last = words.rounds_and_schedule(start.cast(), first);
                    words.rounds(last, 1);
                } else {
                    words.rounds(start.cast::<u64>().add(n * PAIR / 8), PARTS);
                }
            }
            words = words.plus(before);
        }
    }
    let Words { a, b, c, d, e, f, g, h } = words;
    *state = [a, b, c, d, e, f, g, h];
    wipe(&mut scheduled);
}

/// Overwrites what is left of a message.
#[inline]
#[target_feature(enable = "avx512f")]
fn wipe(scheduled: &mut MaybeUninit<Scheduled>) {
    let start: *mut __m512i = scheduled.as_mut_ptr().cast();
    for n in 0..PAIRS * PARTS {
        // SAFETY: there is room for so many vectors.
        unsafe { start.add(n).write_volatile(_mm512_setzero_si512()) }
    }
    compiler_fence(Ordering::SeqCst);
}
