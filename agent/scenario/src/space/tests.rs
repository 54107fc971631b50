use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn allowed(row: &[u16], forbidden: &[Forbidden]) -> bool {
    !forbidden.iter().any(|rule| rule.iter().all(|(p, v)| row[*p] == *v))
}

/// Every combination, without the code under test.
fn product(sizes: &[u16]) -> Vec<Vec<u16>> {
    sizes.iter().fold(vec![vec![]], |rows, size| {
        rows.iter().flat_map(|row| (0..*size).map(move |v| [row.as_slice(), &[v]].concat())).collect()
    })
}

fn tuples(rows: &[Vec<u16>], strength: usize) -> BTreeSet<Vec<(usize, u16)>> {
    let mut found = BTreeSet::new();
    for row in rows {
        // Sets of parameters as bits: slow and plain.
        for bits in 0_u32..1 << row.len() {
            if bits.count_ones() as usize == strength {
                let chosen = (0..row.len()).filter(|p| bits & (1 << p) != 0);
                found.insert(chosen.map(|p| (p, row[p])).collect());
            }
        }
    }
    found
}

/// By brute force: rows are allowed, and have every combination that any allowed row of the whole product has.
fn assert_covers(sizes: &[u16], forbidden: &[Forbidden], strength: usize) -> usize {
    let rows = cover(sizes, forbidden, strength);
    let whole: Vec<Vec<u16>> = product(sizes).into_iter().filter(|row| allowed(row, forbidden)).collect();
    assert!(rows.iter().all(|row| allowed(row, forbidden)), "a forbidden row: {sizes:?} {forbidden:?}");
    assert!(rows.iter().all(|row| row.len() == sizes.len() && row.iter().zip(sizes).all(|(v, n)| v < n)));
    let strength = strength.min(sizes.len());
    let missing: Vec<_> = tuples(&whole, strength).difference(&tuples(&rows, strength)).cloned().collect();
    assert!(missing.is_empty(), "{sizes:?} {forbidden:?} {strength}: {missing:?}");
    assert!(rows.len() <= whole.len().max(1));
    rows.len()
}

#[test]
fn covering_arrays_cover_and_stay_small() {
    // Known best sizes are 9, 27 and 81 for four and five parameters of three values; some more is what IPOG gives.
    assert!(assert_covers(&[3, 3, 3, 3], &[], 2) <= 12);
    assert!(assert_covers(&[3; 5], &[], 3) <= 48);
    assert!(assert_covers(&[2; 10], &[], 2) <= 10);
    assert!(assert_covers(&[2; 10], &[], 4) <= 64);
    assert_covers(&[7, 5, 3, 2, 2, 2, 1], &[], 3);
    assert_eq!(assert_covers(&[2, 3], &[], 4), 6);
    assert_eq!(cover(&[], &[], 2), vec![Vec::<u16>::new()]);
}

#[test]
fn constraints_hold_even_where_they_follow_from_each_other() {
    // 0=1 forbids 1=0, which with 1=1 forbidden by 2=1 leaves 2=0 only: implied, never written.
    let forbidden = vec![vec![(0, 1), (1, 0)], vec![(1, 1), (2, 1)], vec![(1, 2)]];
    for strength in 2..=4 {
        assert_covers(&[2, 3, 2, 2, 2], &forbidden, strength);
    }
    // Nothing is left at all.
    assert_eq!(cover(&[2, 2, 2], &[vec![(0, 0)], vec![(0, 1)]], 2), Vec::<Vec<u16>>::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_small_space_is_covered(
        sizes in prop::collection::vec(1_u16..4, 2..7),
        rules in prop::collection::vec(prop::collection::vec((0_usize..7, 0_u16..4), 1..4), 0..5),
        strength in 2_usize..=4,
    ) {
        let rules: Vec<Forbidden> = rules
            .into_iter()
            .map(|rule| rule.into_iter().map(|(p, v)| (p % sizes.len(), v)).collect())
            .collect();
        assert_covers(&sizes, &rules, strength);
        let whole = product(&sizes).iter().filter(|row| allowed(row, &rules)).count();
        prop_assert_eq!(cover::count(&sizes, &rules), whole as u128);
        prop_assert_eq!(cover::enumerate(&sizes, &rules).len(), whole);
    }
}

#[test]
fn the_catalogue_is_what_it_says() {
    let spaces = Space::catalogue();
    let totals: Vec<(&str, u128)> = spaces.iter().map(|s| (s.name, s.total())).collect();
    assert_eq!(totals[..3], [("sync-scope", 90), ("service-switches", 558), ("smime", 1_152)]);
    let eas = &spaces[3];
    // S/MIME: off in 1 way, on in 2^7 * 3 * 3; names: 2 sources without a domain, and sAM with 3 * 2 - 1.
    let smime = 1 + 128 * 9;
    let names = 2 + 5;
    assert_eq!(eas.total(), smime * names * (2 * 2 * 2 * 2) * (5 * 2 * 7 * 2 * 2 * 2) * (9 * 2));
    assert_eq!(eas.forbidden.len(), 7 + 4 + 6 + 1, "a rule with a misspelt name is missing");
    assert!(eas.rows(Ways::All).is_none());
    assert_eq!(eas.usual_ways(), Ways::Cover(2));
    for space in &spaces[..3] {
        assert_eq!(space.rows(space.usual_ways()).unwrap().len() as u128, space.total());
    }
}

#[test]
fn rows_of_the_policy_cover_every_pair_and_have_names() {
    let space = &Space::catalogue()[3];
    let sizes = space.sizes();
    let rows = space.rows(Ways::Cover(2)).unwrap();
    assert!(rows.iter().all(|row| allowed(row, &space.forbidden)));
    let mut missing = Vec::new();
    for a in 0..sizes.len() {
        for b in a + 1..sizes.len() {
            for (x, y) in (0..sizes[a]).flat_map(|x| (0..sizes[b]).map(move |y| (x, y))) {
                let seen = rows.iter().any(|row| row[a] == x && row[b] == y);
                // Every rule of this space that is not of two parameters leaves each pair possible.
                let never =
                    space.forbidden.iter().any(|f| *f == vec![(a, x), (b, y)] || *f == vec![(b, y), (a, x)]);
                if !seen && !never {
                    missing.push((a, x, b, y));
                }
            }
        }
    }
    // Implied by rules of two: S/MIME off and on at once, a domain with a name that has none.
    let implied = |(a, x, b, y): &(usize, u16, usize, u16)| {
        let mut row = vec![None; sizes.len()];
        (row[*a], row[*b]) = (Some(*x), Some(*y));
        !product_exists(&sizes, &space.forbidden, row)
    };
    missing.retain(|m| !implied(m));
    assert!(missing.is_empty(), "{missing:?}");
    let labels: BTreeSet<String> = rows.iter().map(|row| space.label(row)).collect();
    assert_eq!(labels.len(), rows.len());
    assert_eq!(space.label(&vec![0; sizes.len()]), "default");
    assert!(rows.len() <= 90, "{} rows", rows.len());
    assert_eq!(space.rows(Ways::Cover(5)), None);
}

/// Every way to choose `strength` of `count` parameters, in order.
fn choices(count: usize, strength: usize) -> Vec<Vec<usize>> {
    if strength == 0 {
        return vec![Vec::new()];
    }
    let first = |last: usize| choices(last, strength - 1).into_iter().map(move |c| [c, vec![last]].concat());
    (0..count).flat_map(first).collect()
}

/// By brute force over every choice of parameters and every combination of their values: what no row has cannot be.
#[test]
fn rows_of_the_policy_cover_every_triple_and_quadruple() {
    let space = &Space::catalogue()[3];
    let sizes = space.sizes();
    for strength in [3, 4] {
        let rows = space.rows(Ways::Cover(strength)).unwrap();
        assert!(rows.iter().all(|row| allowed(row, &space.forbidden)));
        for chosen in choices(sizes.len(), usize::from(strength)) {
            let number = |values: &[u16]| {
                chosen.iter().zip(values).fold(0, |n, (p, v)| n * usize::from(sizes[*p]) + usize::from(*v))
            };
            let total: usize = chosen.iter().map(|p| usize::from(sizes[*p])).product();
            let mut seen = vec![false; total];
            let mut values = vec![0; chosen.len()];
            for row in &rows {
                values.iter_mut().zip(&chosen).for_each(|(value, p)| *value = row[*p]);
                seen[number(&values)] = true;
            }
            for missing in seen.iter().enumerate().filter(|(_, seen)| !**seen).map(|(n, _)| n) {
                let (mut rest, mut row) = (missing, vec![None; sizes.len()]);
                for p in chosen.iter().rev() {
                    row[*p] = Some((rest % usize::from(sizes[*p])) as u16);
                    rest /= usize::from(sizes[*p]);
                }
                assert!(!product_exists(&sizes, &space.forbidden, row.clone()), "{strength}: {row:?}");
            }
        }
    }
}

/// Whether a partial row can be completed: by trying everything that a rule is about.
fn product_exists(sizes: &[u16], forbidden: &[Forbidden], row: Vec<Option<u16>>) -> bool {
    let bound: BTreeSet<usize> = forbidden.iter().flatten().map(|(p, _)| *p).collect();
    let open: Vec<usize> = bound.into_iter().filter(|p| row[*p].is_none()).collect();
    fn search(open: &[usize], sizes: &[u16], forbidden: &[Forbidden], row: &mut Vec<Option<u16>>) -> bool {
        if forbidden.iter().any(|rule| rule.iter().all(|(p, v)| row[*p] == Some(*v))) {
            return false;
        }
        let Some((first, rest)) = open.split_first() else { return true };
        (0..sizes[*first]).any(|v| {
            row[*first] = Some(v);
            let found = search(rest, sizes, forbidden, row);
            row[*first] = None;
            found
        })
    }
    search(&open, sizes, forbidden, &mut row.clone())
}
