//! The multiples against aws-lc's, the arithmetic against its big integers.

use super::field::{Elements, LANES, Limbs, PRIME, Sums};
use super::inverse::inverse;
use super::{FIELD, ORDER, Scalar, is_available};
use crate::evp::P256Point;
use aws_lc_sys as sys;
use std::cmp::Ordering;
use std::ptr::{null, null_mut};

/// How many pairs of a scalar and a point are compared.
const PAIRS: u64 = 1000;
const MASK: u64 = (1 << 52) - 1;

/// Words that look random and are the same each time.
struct Words(u64);

impl Words {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn scalar(&mut self) -> [u8; FIELD] {
        let mut words: [u64; 4] = std::array::from_fn(|_| self.next());
        words[3] >>= 1; // below the order
        octets(&words)
    }

    fn limbs(&mut self) -> Limbs {
        Limbs(std::array::from_fn(|_| self.next() & MASK))
    }
}

/// Big-endian octets of words, the lowest word first.
fn octets(words: &[u64; 4]) -> [u8; FIELD] {
    let mut octets = [0; FIELD];
    for (octets, word) in octets.chunks_exact_mut(8).zip(words.iter().rev()) {
        octets.copy_from_slice(&word.to_be_bytes());
    }
    octets
}

/// The order with a small number added.
fn order_and(more: i64) -> [u8; FIELD] {
    let mut words = ORDER;
    words[0] = words[0].wrapping_add_signed(more);
    octets(&words)
}

fn small(number: u64) -> [u8; FIELD] {
    octets(&[number, 0, 0, 0])
}

/// A multiple of a point, or of the generator, as aws-lc computes it, not compressed.
fn reference(scalar: &[u8; FIELD], point: Option<&[u8]>) -> Vec<u8> {
    let mut out = vec![0; 65];
    // SAFETY: all values are live until they are freed below; the buffers have the lengths that are given.
    unsafe {
        let group = sys::EC_group_p256();
        let k = sys::BN_bin2bn(scalar.as_ptr(), scalar.len(), null_mut());
        let (p, r) = (sys::EC_POINT_new(group), sys::EC_POINT_new(group));
        match point {
            None => assert_eq!(sys::EC_POINT_mul(group, r, k, null(), null(), null_mut()), 1),
            Some(octets) => {
                assert_eq!(sys::EC_POINT_oct2point(group, p, octets.as_ptr(), octets.len(), null_mut()), 1);
                assert_eq!(sys::EC_POINT_mul(group, r, null(), p, k, null_mut()), 1);
            }
        }
        let form = sys::point_conversion_form_t::POINT_CONVERSION_UNCOMPRESSED;
        let len = sys::EC_POINT_point2oct(group, r, form, out.as_mut_ptr(), out.len(), null_mut());
        assert_eq!(len, out.len());
        sys::EC_POINT_free(p);
        sys::EC_POINT_free(r);
        sys::BN_free(k);
    }
    out
}

fn assert_same(scalar: &[u8; FIELD], point: &[u8]) {
    let ours = Scalar::new(scalar).unwrap().agree(&P256Point::read(point).unwrap());
    assert_eq!(ours[..], reference(scalar, Some(point))[1..33], "{scalar:x?} times {point:x?}");
}

/// Scalars at which something could go wrong.
fn edges() -> Vec<[u8; FIELD]> {
    let mut scalars: Vec<_> = (1..=20).map(small).collect();
    scalars.extend((-20..0).map(order_and));
    for bit in 0..256 {
        let mut power = [0u64; 4];
        power[bit / 64] = 1 << (bit % 64);
        let mut less = power;
        for word in &mut less[..bit / 64] {
            *word = u64::MAX;
        }
        less[bit / 64] -= 1;
        scalars.extend([power, less].map(|words| octets(&words)));
    }
    // the halves of the order, and runs of bits
    let half: [u64; 4] =
        std::array::from_fn(|at| ORDER[at] >> 1 | ORDER.get(at + 1).map_or(0, |above| above << 63));
    for more in 0..3 {
        let mut words = half;
        words[0] = words[0] - 1 + more;
        scalars.push(octets(&words));
    }
    scalars.extend([[0x55; FIELD], [0xaa; FIELD], [0x0f; FIELD], [0xf0; FIELD], [0x7f; FIELD]]);
    scalars.retain(|scalar| *scalar != [0; FIELD]);
    scalars
}

#[test]
fn multiples_are_those_of_aws_lc() {
    if !is_available() {
        return;
    }
    let mut words = Words(1);
    for _ in 0..PAIRS {
        let point = reference(&words.scalar(), None);
        assert_same(&words.scalar(), &point);
    }
}

#[test]
fn no_scalar_and_no_point_is_an_exception() {
    if !is_available() {
        return;
    }
    let mut points: Vec<_> = (1..5).map(|k| reference(&small(k), None)).collect();
    points.push(reference(&order_and(-1), None));
    let scalars = edges();
    for (at, scalar) in scalars.iter().enumerate() {
        assert_same(scalar, &points[at % points.len()]);
    }
    // the generator with all of them, and the points with x = 0
    for scalar in scalars.iter().step_by(7) {
        assert_same(scalar, &points[0]);
        let mut zero = [0; 33];
        zero[0] = 2;
        assert_same(scalar, &zero);
        zero[0] = 3;
        assert_same(scalar, &zero);
    }
}

#[test]
fn scalars_are_from_1_to_the_order_less_1() {
    if !is_available() {
        return;
    }
    for scalar in
        [small(1), order_and(-1), [0x7f; FIELD], octets(&[u64::MAX, ORDER[1] - 1, ORDER[2], ORDER[3]])]
    {
        assert!(Scalar::new(&scalar).is_some(), "{scalar:x?}");
    }
    let above = octets(&[0, ORDER[1] + 1, ORDER[2], ORDER[3]]);
    for scalar in [small(0), order_and(0), order_and(1), above, [0xff; FIELD]] {
        assert!(Scalar::new(&scalar).is_none(), "{scalar:x?}");
    }
}

#[test]
fn points_are_on_the_curve_and_in_the_usual_forms() {
    let point = reference(&small(5), None);
    assert_eq!(P256Point::read(&point).unwrap().x()[..], point[1..33]);
    let mut compressed = point[..33].to_vec();
    compressed[0] = 2;
    assert_eq!(P256Point::read(&compressed).unwrap().x()[..], point[1..33]);
    let mut wrong = vec![point[..64].to_vec(), point[..33].to_vec(), Vec::new(), vec![0], vec![4]];
    for at in [0, 1, 20, 40, 64] {
        let mut changed = point.clone();
        changed[at] ^= 2; // hybrid forms have 6 and 7
        wrong.push(changed);
    }
    wrong.push([&point[..], &[0]].concat());
    wrong.push([&[4][..], &[0xff; 64]].concat());
    for point in wrong {
        assert!(P256Point::read(&point).is_err(), "{point:x?}");
    }
}

/// A number of aws-lc's.
struct Big(*mut sys::BIGNUM);

impl Drop for Big {
    fn drop(&mut self) {
        // SAFETY: owned; freed only here.
        unsafe { sys::BN_free(self.0) }
    }
}

impl Big {
    /// The number of a sum of limbs.
    fn of(limbs: &Limbs) -> Big {
        // SAFETY: all numbers are live and owned.
        unsafe {
            let sum = Big(sys::BN_new());
            for limb in limbs.0.iter().rev() {
                assert_eq!(sys::BN_lshift(sum.0, sum.0, 52), 1);
                let limb = limb.to_be_bytes();
                let limb = Big(sys::BN_bin2bn(limb.as_ptr(), limb.len(), null_mut()));
                assert_eq!(sys::BN_add(sum.0, sum.0, limb.0), 1);
            }
            sum
        }
    }

    fn times(&self, other: &Big) -> Big {
        // SAFETY: all values are live; the context is freed after its use.
        unsafe {
            let (product, context) = (Big(sys::BN_new()), sys::BN_CTX_new());
            assert_eq!(sys::BN_mul(product.0, self.0, other.0, context), 1);
            sys::BN_CTX_free(context);
            product
        }
    }

    fn shifted(self, bits: i32) -> Big {
        // SAFETY: the number is live.
        unsafe { assert_eq!(sys::BN_lshift(self.0, self.0, bits), 1) };
        self
    }

    fn minus(self, other: &Big) -> Big {
        // SAFETY: the numbers are live.
        unsafe { assert_eq!(sys::BN_sub(self.0, self.0, other.0), 1) };
        self
    }

    /// How often the prime is in it, when it is exactly.
    fn primes(&self) -> Big {
        // SAFETY: all values are live; the context is freed after its use.
        unsafe {
            let (quotient, rest, context) = (Big(sys::BN_new()), Big(sys::BN_new()), sys::BN_CTX_new());
            assert_eq!(sys::BN_div(quotient.0, rest.0, self.0, Big::of(&PRIME).0, context), 1);
            sys::BN_CTX_free(context);
            assert_eq!(sys::BN_is_zero(rest.0), 1);
            quotient
        }
    }

    fn cmp(&self, other: &Big) -> Ordering {
        // SAFETY: the numbers are live.
        unsafe { sys::BN_cmp(self.0, other.0) }.cmp(&0)
    }
}

fn power(bits: usize) -> Big {
    Big::of(&Limbs([1, 0, 0, 0, 0])).shifted(bits as i32)
}

/// Eight products with a sum, carried.
fn times(a: &[Limbs; LANES], b: &[Limbs; LANES], sum: &[Limbs; LANES]) -> [Limbs; LANES] {
    // SAFETY: the callers know that the instructions are there.
    unsafe { *Elements::new(a).times(&Elements::new(b), &Sums::new(sum)).carried().lanes() }
}

#[test]
fn products_are_right_and_bounded_for_all_limbs() {
    if !is_available() {
        return;
    }
    let mut words = Words(2);
    let extremes = [0, 1, 0xff, 0xffff, 1 << 44, 1 << 51, MASK - 1, MASK];
    for round in 0..200 {
        let mut numbers = || -> [Limbs; LANES] {
            std::array::from_fn(|_| match round {
                0 => Limbs([MASK; 5]),
                1..=80 => Limbs(std::array::from_fn(|_| extremes[words.next() as usize % extremes.len()])),
                _ => words.limbs(),
            })
        };
        let (a, b, mut sum) = (numbers(), numbers(), numbers());
        for limbs in &mut sum {
            limbs.0[4] >>= 2;
        }
        // The result must stay below 2^260 to be carried.
        let a = a.map(|mut limbs| {
            limbs.0[4] >>= 1;
            limbs
        });
        let result = times(&a, &b, &sum);
        for lane in 0..LANES {
            assert!(result[lane].0.iter().all(|limb| *limb <= MASK));
            let whole = Big::of(&a[lane]).times(&Big::of(&b[lane]));
            let added =
                Big::of(&result[lane]).minus(&Big::of(&sum[lane])).shifted(260).minus(&whole).primes();
            assert_ne!(added.cmp(&Big::of(&Limbs::ZERO)), Ordering::Less);
            assert_eq!(added.minus(&power(260)).cmp(&power(213)), Ordering::Less);
        }
    }
}

#[test]
fn carrying_takes_limbs_of_any_sign() {
    if !is_available() {
        return;
    }
    let limbs = [-1i64, -(1 << 61), 1 << 61, -1, 1 << 50].map(i64::cast_unsigned);
    // SAFETY: the instructions are there.
    let carried = unsafe { Sums::new(&[Limbs(limbs); LANES]).carried().lanes()[3] };
    let wanted = [MASK, MASK, MASK - 512, 510, 1 << 50];
    assert_eq!(carried.0, wanted);
}

#[test]
fn inverses_are_right_and_bounded() {
    let one = Limbs([1, 0, 0, 0, 0]);
    let mut last = PRIME;
    last.0[0] -= 1;
    let mut numbers = vec![one, last];
    for bit in 1..255 {
        let mut limbs = [0; 5];
        limbs[bit / 52] = 1 << (bit % 52);
        numbers.push(Limbs(limbs));
    }
    let mut words = Words(3);
    for _ in 0..300 {
        let mut number = words.limbs();
        number.0[4] >>= 5;
        numbers.push(number);
    }
    for number in numbers {
        let inverse = *inverse(&number);
        assert!(inverse.0.iter().all(|limb| *limb <= MASK));
        Big::of(&inverse).times(&Big::of(&number)).minus(&Big::of(&one)).primes();
        let twelve = Big::of(&PRIME).times(&Big::of(&Limbs([12, 0, 0, 0, 0])));
        assert_eq!(Big::of(&inverse).cmp(&twelve), Ordering::Less);
    }
    Big::of(&inverse(&Limbs::ZERO)).primes();
}

#[test]
fn octets_and_reduction() {
    let mut words = Words(4);
    for _ in 0..50 {
        let number = words.scalar();
        assert_eq!(*Limbs::from_octets(&number).to_octets(), number);
    }
    assert_eq!(Limbs::from_octets(&[0xff; FIELD]).0, [MASK, MASK, MASK, MASK, MASK >> 4]);
    let near = |low: i64, high: u64| {
        let mut limbs = PRIME;
        limbs.0[0] = limbs.0[0].wrapping_add_signed(low);
        limbs.0[4] += high;
        limbs.reduced().0
    };
    assert_eq!(near(0, 0), [0; 5]);
    assert_eq!(near(-1, 0)[0], PRIME.0[0] - 1);
    assert_eq!(near(0, 1), [0, 0, 0, 0, 1]);
    assert_eq!(near(-1, 1), [MASK, MASK, MASK, MASK, 0]);
    assert_eq!(Limbs::ZERO.reduced().0, [0; 5]);
}
