//! Multiplying modulo two primes at once.

use super::pairs::{Number, PAIRS, broadcast, carry, lower, raise};
use crate::rsa::columns::{Columns, REGISTERS, add, anew, each, load, store};
use crate::rsa::limbs::{Block, LANES, LIMB_BITS, LIMB_MAX};
use std::arch::x86_64::*;

/// What a product is reduced with: for each of its low limbs, from the lowest, the power of two that belongs in its place,
/// modulo the primes. The limbs are those of `Z` blocks and one more.
#[derive(Clone, Copy)]
pub(super) struct Factors<const Z: usize> {
    pub(super) blocks: [[[Block; Z]; PAIRS]; Z],
    pub(super) top: [Block; Z],
}

impl<const Z: usize> Factors<Z> {
    pub(super) const ZERO: Factors<Z> =
        Factors { blocks: [[[Block([0; LANES]); Z]; PAIRS]; Z], top: [Block([0; LANES]); Z] };
}

/// A number to be squared: itself, its double, the double's blocks without the bit that comes from the block below, the bit
/// that doubling carries out of the blocks, and the number's top with that bit added.
#[derive(Clone, Copy)]
pub(super) struct Squarable<const Z: usize> {
    pub(super) number: Number<Z>,
    double: [Block; Z],
    first: [Block; Z],
    carried: Block,
    last: Block,
}

impl<const Z: usize> Squarable<Z> {
    pub(super) const ZERO: Squarable<Z> = Squarable {
        number: Number::ZERO,
        double: [Block([0; LANES]); Z],
        first: [Block([0; LANES]); Z],
        carried: Block([0; LANES]),
        last: Block([0; LANES]),
    };
}

/// A product to be reduced: its low limbs, one more than `Z` blocks have, and its high ones, which are not carried.
#[derive(Clone, Copy)]
pub(super) struct Product<const Z: usize> {
    pub(super) low: Number<Z>,
    pub(super) high: Number<Z>,
}

impl<const Z: usize> Product<Z> {
    pub(super) const ZERO: Product<Z> = Product { low: Number::ZERO, high: Number::ZERO };
}

/// Sums products with the limbs of one place in their blocks after the other, from the highest, into the first so many
/// columns of `sum`: `pairs` adds the low halves of products to `low`, and the high halves to `high`, where each column
/// has the weight of the limb above.
macro_rules! sum {
    ($sum:ident[$count:expr], |$at:ident, $high:ident, $low:ident| $pairs:block) => {{
        let zero = _mm512_setzero_si512();
        // a number that the compiler does not know, so that it leaves the loop a loop
        let mut place = *anew(&PAIRS);
        while place > 0 {
            place -= 1;
            let $at = place % PAIRS;
            let mut $high: Columns = if Z > REGISTERS { $sum } else { [zero; 20] };
            let mut $low: Columns = [zero; 20];
            $pairs
            let mut below = zero;
            each!(+ column {
                if column < $count {
                    let here =
                        if Z > REGISTERS { $high[column] } else { _mm512_add_epi64($sum[column], $high[column]) };
                    $sum[column] = _mm512_add_epi64(raise(here, below), $low[column]);
                    below = here;
                }
            });
            let _ = below;
        }
    }};
}

/// Computes a product: the limbs `$limb` of one factor's blocks, the rows, with the blocks `$block` of the other, the
/// columns, where they are `$wanted`; and those with the tops, which `$tops` adds.
///
/// First come the low columns, because the reduction waits for their carries; the high ones are summed meanwhile.
macro_rules! product {
    (
        $a:ident, $b:ident, $product:ident,
        |$at:ident, $row:ident, $column:ident| $limb:expr, $wanted:expr, $block:expr,
        |$high:ident, $low:ident| $tops:block
    ) => {{
        let zero = _mm512_setzero_si512();
        let (mut below, mut above): (Columns, Columns) = ([zero; 20], [zero; 20]);
        sum!(below[Z + 1], |$at, high, low| {
            let ($a, $b) = if Z > REGISTERS { (anew($a), anew($b)) } else { ($a, $b) };
            each!($row {
                if $row < Z {
                    let limb = $limb;
                    each!($column {
                        if $wanted && $row + $column < Z {
                            add!(high, low, $row + $column, limb, $block);
                        }
                    });
                }
            });
        });
        let carried = carry::<Z>(&mut below);
        each!(at {
            if at < Z {
                store(&mut $product.low.blocks[at], below[at]);
            }
        });
        sum!(above[Z], |$at, high, low| {
            let ($a, $b) = if Z > REGISTERS { (anew($a), anew($b)) } else { ($a, $b) };
            each!($row {
                if $row < Z {
                    let limb = $limb;
                    each!($column {
                        if $column < Z && $wanted && $row + $column >= Z {
                            add!(high, low, $row + $column - Z, limb, $block);
                        }
                    });
                }
            });
        });
        above[0] = _mm512_add_epi64(above[0], _mm512_add_epi64(below[Z], carried));
        let (mut $high, mut $low): (Columns, Columns) = ([zero; 20], above);
        $tops
        // the high limbs begin one above the column's first, which is the last of the low ones
        let mut here = _mm512_add_epi64($low[0], raise($high[0], zero));
        let first = _mm512_zextsi128_si512(_mm512_castsi512_si128(here));
        store(&mut $product.low.top, _mm512_and_si512(first, _mm512_set1_epi64(LIMB_MAX.cast_signed())));
        let mut more = _mm512_srli_epi64::<LIMB_BITS>(first);
        each!(at {
            if at < Z {
                let next = _mm512_add_epi64($low[at + 1], raise($high[at + 1], $high[at]));
                store(&mut $product.high.blocks[at], _mm512_add_epi64(lower(here, next), more));
                here = next;
                more = zero;
            }
        });
        let _ = more;
        store(&mut $product.high.top, lower(here, zero));
    }};
}

/// Multiplies.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn multiply<const Z: usize>(a: &Number<Z>, b: &Number<Z>, product: &mut Product<Z>) {
    product!(
        a,
        b,
        product,
        |at, row, column| broadcast(&b.blocks[row], at),
        true,
        &a.blocks[column],
        |high, low| {
            let limb = broadcast(&b.top, 0);
            each!(column {
                if column < Z {
                    add!(high, low, column, limb, &a.blocks[column]);
                }
            });
            add!(high, low, Z, limb, &a.top);
            let limb = broadcast(&a.top, 0);
            each!(column {
                if column < Z {
                    add!(high, low, column, limb, &b.blocks[column]);
                }
            });
        }
    );
}

/// Squares.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn square<const Z: usize>(a: &Squarable<Z>, product: &mut Product<Z>) {
    let b = a;
    // products of different blocks are added once, doubled
    product!(
        a,
        b,
        product,
        |at, row, column| broadcast(&b.number.blocks[row], at),
        row <= column,
        if row == column {
            &a.number.blocks[column]
        } else if row + 1 == column {
            &a.first[column]
        } else {
            &a.double[column]
        },
        |high, low| {
            let limb = broadcast(&a.number.top, 0);
            each!(column {
                if column < Z {
                    add!(high, low, column, limb, &a.double[column]);
                }
            });
            add!(high, low, Z, limb, &a.last);
            let limb = broadcast(&a.carried, 0);
            each!(column {
                if column + 1 < Z {
                    let block = load(&a.number.blocks[column]);
                    low[column] = _mm512_madd52lo_epu64(low[column], limb, block);
                }
            });
        }
    );
}

/// Sets `result` to a product, divided by R modulo the primes.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn reduce<const Z: usize>(factors: &Factors<Z>, product: &Product<Z>, result: &mut Squarable<Z>) {
    let zero = _mm512_setzero_si512();
    let (mut high, mut low): (Columns, Columns) = ([zero; 20], [zero; 20]);
    // with few columns there are two sums of each, so as not to wait for it
    let (mut high_too, mut low_too) = (high, low);
    for (limbs, factors) in product.low.blocks.iter().zip(&factors.blocks) {
        each!(@ at {
            let limb = broadcast(limbs, at);
            each!(column {
                if column < Z {
                    if at % 2 == 0 || Z > REGISTERS {
                        add!(high, low, column, limb, &factors[at][column]);
                    } else {
                        add!(high_too, low_too, column, limb, &factors[at][column]);
                    }
                }
            });
        } 0 1 2 3);
    }
    let limb = broadcast(&product.low.top, 0);
    each!(column {
        if column < Z {
            add!(high, low, column, limb, &factors.top[column]);
        }
    });
    let mut sum: Columns = [zero; 20];
    let mut below = zero;
    each!(at {
        if at < Z {
            let mut here = high[at];
            let mut there = _mm512_add_epi64(low[at], load(&product.high.blocks[at]));
            if Z <= REGISTERS {
                here = _mm512_add_epi64(here, high_too[at]);
                there = _mm512_add_epi64(there, low_too[at]);
            }
            sum[at] = _mm512_add_epi64(there, raise(here, below));
            below = here;
        }
    });
    let top = _mm512_add_epi64(load(&product.high.top), raise(zero, below));
    let carried = carry::<Z>(&mut sum);
    spread(&sum, _mm512_add_epi64(top, carried), result);
}

/// Makes a number ready to be squared.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn spread<const Z: usize>(columns: &Columns, top: __m512i, result: &mut Squarable<Z>) {
    let limb_max = _mm512_set1_epi64(LIMB_MAX.cast_signed());
    let zero = _mm512_setzero_si512();
    let mut below = zero;
    each!(at {
        if at < Z {
            let value = columns[at];
            store(&mut result.number.blocks[at], value);
            let bits = _mm512_srli_epi64::<{ LIMB_BITS - 1 }>(value);
            let value = _mm512_and_si512(_mm512_slli_epi64::<1>(value), limb_max);
            store(&mut result.double[at], _mm512_or_si512(value, raise(bits, below)));
            store(&mut result.first[at], _mm512_or_si512(value, raise(bits, zero)));
            below = bits;
        }
    });
    store(&mut result.number.top, top);
    let carried = raise(zero, below);
    store(&mut result.carried, carried);
    store(&mut result.last, _mm512_add_epi64(top, carried));
}

/// Makes a number that was read ready to be squared.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn prepare<const Z: usize>(number: &Number<Z>, result: &mut Squarable<Z>) {
    let mut columns: Columns = [_mm512_setzero_si512(); 20];
    each!(at {
        if at < Z {
            columns[at] = load(&number.blocks[at]);
        }
    });
    spread(&columns, load(&number.top), result);
}
