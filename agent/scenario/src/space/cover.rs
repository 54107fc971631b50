//! Covering arrays by in-parameter-order generation.
//!
//! The method is IPOG (Lei, Kacker, Kuhn, Okun and Lawrence, “IPOG: A General Strategy for T-Way Software Testing”,
//! ECBS 2007): start with every combination of the first `t` parameters; for each further parameter give every row the
//! value that covers most new combinations (horizontal growth), then add rows for what is left (vertical growth).
//! Constraints are forbidden combinations; a row or a combination that cannot be completed without one is never taken.
//! Nothing is random: parameters go by falling number of values, ties by their place.

use super::Forbidden;

/// The greatest strength.
pub const MAX_STRENGTH: usize = 4;

/// Not decided yet.
const OPEN: u16 = u16::MAX;

/// A covering array of strength `strength` for parameters with these numbers of values: rows in which every valid
/// combination of values of any `strength` parameters occurs. No row contains a forbidden combination.
///
/// A strength above [`MAX_STRENGTH`] counts as that, one of 0 as 1; with no more parameters than that the rows are all
/// valid combinations.
pub fn cover(sizes: &[u16], forbidden: &[Forbidden], strength: usize) -> Vec<Vec<u16>> {
    let strength = strength.clamp(1, MAX_STRENGTH);
    if sizes.len() <= strength {
        return enumerate(sizes, forbidden);
    }
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|p| (std::cmp::Reverse(size(sizes, *p)), *p));
    let mut place = vec![0; sizes.len()];
    for (at, parameter) in order.iter().enumerate() {
        if let Some(slot) = place.get_mut(*parameter) {
            *slot = at;
        }
    }
    let sorted: Vec<u16> = order.iter().map(|p| size(sizes, *p)).collect();
    let moved: Vec<Forbidden> = forbidden
        .iter()
        .map(|f| f.iter().map(|(p, v)| (place.get(*p).copied().unwrap_or(0), *v)).collect())
        .collect();
    let rows = Growth::new(&sorted, &moved, strength).run();
    let back = |row: Vec<u16>| place.iter().map(|at| row.get(*at).copied().unwrap_or(0)).collect();
    rows.into_iter().map(back).collect()
}

/// Every valid combination, the last parameter changing fastest.
pub(super) fn enumerate(sizes: &[u16], forbidden: &[Forbidden]) -> Vec<Vec<u16>> {
    let rules = Rules::new(sizes, forbidden);
    let mut rows = Vec::new();
    let mut row = vec![OPEN; sizes.len()];
    rules.descend(&mut row, 0, &mut |row| rows.push(row.to_vec()));
    rows
}

/// How many valid combinations there are: parameters that no constraint connects are counted apart.
pub(super) fn count(sizes: &[u16], forbidden: &[Forbidden]) -> u128 {
    let mut group: Vec<usize> = (0..sizes.len()).collect();
    for rule in forbidden {
        let joined: Vec<usize> = rule.iter().filter_map(|(p, _)| group.get(*p).copied()).collect();
        let Some(first) = joined.iter().min().copied() else { continue };
        for member in &mut group {
            if joined.contains(member) {
                *member = first;
            }
        }
    }
    let mut total: u128 = 1;
    for name in 0..sizes.len() {
        let members: Vec<usize> = (0..sizes.len()).filter(|p| group.get(*p) == Some(&name)).collect();
        if members.is_empty() {
            continue;
        }
        let own: Vec<u16> = members.iter().map(|p| size(sizes, *p)).collect();
        let rules: Vec<Forbidden> = forbidden
            .iter()
            .filter(|rule| rule.iter().any(|(p, _)| members.contains(p)))
            .map(|rule| {
                rule.iter().filter_map(|(p, v)| Some((members.iter().position(|m| m == p)?, *v))).collect()
            })
            .collect();
        let mut combinations: u128 = 0;
        if rules.is_empty() {
            combinations = own.iter().map(|n| u128::from(*n)).product();
        } else {
            let mut row = vec![OPEN; own.len()];
            Rules::new(&own, &rules).descend(&mut row, 0, &mut |_| combinations += 1);
        }
        total *= combinations;
    }
    total
}

fn size(sizes: &[u16], parameter: usize) -> u16 {
    sizes.get(parameter).copied().unwrap_or(0)
}

fn value(row: &[u16], parameter: usize) -> u16 {
    row.get(parameter).copied().unwrap_or(OPEN)
}

fn set(row: &mut [u16], parameter: usize, to: u16) {
    if let Some(slot) = row.get_mut(parameter) {
        *slot = to;
    }
}

/// The constraints.
struct Rules<'a> {
    sizes: &'a [u16],
    forbidden: &'a [Forbidden],
    /// The parameters that constraints are about.
    bound: Vec<usize>,
    is_bound: Vec<bool>,
}

impl<'a> Rules<'a> {
    fn new(sizes: &'a [u16], forbidden: &'a [Forbidden]) -> Self {
        let mut is_bound = vec![false; sizes.len()];
        for (parameter, _) in forbidden.iter().flatten() {
            if let Some(slot) = is_bound.get_mut(*parameter) {
                *slot = true;
            }
        }
        let bound = (0..sizes.len()).filter(|p| is_bound.get(*p) == Some(&true)).collect();
        Rules { sizes, forbidden, bound, is_bound }
    }

    fn touches(&self, parameters: &[usize]) -> bool {
        parameters.iter().any(|p| self.is_bound.get(*p) == Some(&true))
    }

    /// Whether a row contains a forbidden combination.
    fn broken(&self, row: &[u16]) -> bool {
        self.forbidden.iter().any(|rule| rule.iter().all(|(p, v)| value(row, *p) == *v))
    }

    /// Whether what is open can be filled in.
    fn completable(&self, row: &mut [u16]) -> bool {
        !self.broken(row) && self.complete_from(row, 0, false)
    }

    /// Fills in what is open with the first values that go; what no constraint is about gets its first value.
    fn complete(&self, row: &mut [u16]) {
        self.complete_from(row, 0, true);
        for slot in row.iter_mut().filter(|v| **v == OPEN) {
            *slot = 0;
        }
    }

    fn complete_from(&self, row: &mut [u16], from: usize, keep: bool) -> bool {
        let open = self.bound.iter().enumerate().skip(from).find(|(_, p)| value(row, **p) == OPEN);
        let Some((at, parameter)) = open else { return true };
        for candidate in 0..size(self.sizes, *parameter) {
            set(row, *parameter, candidate);
            if !self.broken(row) && self.complete_from(row, at + 1, keep) {
                if !keep {
                    set(row, *parameter, OPEN);
                }
                return true;
            }
        }
        set(row, *parameter, OPEN);
        false
    }

    /// Every valid way to fill in the parameters from one on.
    fn descend(&self, row: &mut [u16], parameter: usize, found: &mut impl FnMut(&[u16])) {
        if parameter == self.sizes.len() {
            found(row);
            return;
        }
        for candidate in 0..size(self.sizes, parameter) {
            set(row, parameter, candidate);
            if !self.broken(row) {
                self.descend(row, parameter + 1, found);
            }
        }
        set(row, parameter, OPEN);
    }
}

/// A choice of `t - 1` parameters before the one that is added, and where its combinations are counted.
struct Group {
    parameters: Vec<usize>,
    /// The number of the first combination.
    offset: usize,
}

struct Growth<'a> {
    sizes: &'a [u16],
    rules: Rules<'a>,
    strength: usize,
    rows: Vec<Vec<u16>>,
}

impl<'a> Growth<'a> {
    fn new(sizes: &'a [u16], forbidden: &'a [Forbidden], strength: usize) -> Self {
        Growth { sizes, rules: Rules::new(sizes, forbidden), strength, rows: Vec::new() }
    }

    fn run(mut self) -> Vec<Vec<u16>> {
        self.begin();
        // Constraints that leave nothing leave no beginning.
        if self.rows.is_empty() {
            return self.rows;
        }
        for parameter in self.strength..self.sizes.len() {
            self.add(parameter);
        }
        for row in &mut self.rows {
            self.rules.complete(row);
        }
        self.rows
    }

    /// Every combination of the first `t` parameters that can be completed.
    fn begin(&mut self) {
        let mut row = vec![OPEN; self.sizes.len()];
        self.begin_at(&mut row, 0);
    }

    fn begin_at(&mut self, row: &mut Vec<u16>, parameter: usize) {
        if parameter == self.strength {
            if self.rules.completable(row) {
                self.rows.push(row.clone());
            }
            return;
        }
        for candidate in 0..size(self.sizes, parameter) {
            set(row, parameter, candidate);
            self.begin_at(row, parameter + 1);
        }
        set(row, parameter, OPEN);
    }

    fn add(&mut self, parameter: usize) {
        let width = usize::from(size(self.sizes, parameter));
        let (groups, combinations) = self.groups(parameter, width);
        // A combination that is covered, or that no row may have.
        let mut done = vec![false; combinations];
        self.mark_invalid(&groups, parameter, width, &mut done);
        self.grow_rows(&groups, parameter, width, &mut done);
        self.add_rows(&groups, parameter, width, &mut done);
    }

    fn groups(&self, parameter: usize, width: usize) -> (Vec<Group>, usize) {
        let mut groups = Vec::new();
        let mut offset = 0;
        let mut parameters: Vec<usize> = (0..self.strength - 1).collect();
        loop {
            groups.push(Group { parameters: parameters.clone(), offset });
            let combinations: usize = parameters.iter().map(|p| usize::from(size(self.sizes, *p))).product();
            offset += combinations * width;
            if !next_choice(&mut parameters, parameter) {
                return (groups, offset);
            }
        }
    }

    /// The number of a row's combination of a group, times the width; nothing when one of its values is open.
    fn rank(&self, group: &Group, row: &[u16], width: usize) -> Option<usize> {
        let mut rank = 0;
        for parameter in &group.parameters {
            let value = value(row, *parameter);
            if value == OPEN {
                return None;
            }
            rank = rank * usize::from(size(self.sizes, *parameter)) + usize::from(value);
        }
        Some(group.offset + rank * width)
    }

    /// Calls with every combination of a group and its number.
    fn each(&self, group: &Group, width: usize, call: &mut impl FnMut(&[u16], usize)) {
        let mut values = vec![0_u16; group.parameters.len()];
        let mut number = group.offset;
        loop {
            call(&values, number);
            number += width;
            let mut at = values.len();
            loop {
                if at == 0 {
                    return;
                }
                at -= 1;
                let limit = group.parameters.get(at).map_or(0, |p| size(self.sizes, *p));
                let Some(slot) = values.get_mut(at) else { return };
                *slot += 1;
                if *slot < limit {
                    break;
                }
                *slot = 0;
            }
        }
    }

    fn mark_invalid(&self, groups: &[Group], parameter: usize, width: usize, done: &mut [bool]) {
        let mut row = vec![OPEN; self.sizes.len()];
        for group in groups {
            if !self.rules.touches(&group.parameters) && !self.rules.touches(&[parameter]) {
                continue;
            }
            self.each(group, width, &mut |values, number| {
                for (p, v) in group.parameters.iter().zip(values) {
                    set(&mut row, *p, *v);
                }
                for candidate in 0..width {
                    set(&mut row, parameter, u16::try_from(candidate).unwrap_or(OPEN));
                    if !self.rules.completable(&mut row)
                        && let Some(slot) = done.get_mut(number + candidate)
                    {
                        *slot = true;
                    }
                }
            });
            for p in &group.parameters {
                set(&mut row, *p, OPEN);
            }
            set(&mut row, parameter, OPEN);
        }
    }

    fn grow_rows(&mut self, groups: &[Group], parameter: usize, width: usize, done: &mut [bool]) {
        let mut uses = vec![0_usize; width];
        let mut rows = std::mem::take(&mut self.rows);
        let mut gains = vec![0_usize; width];
        for row in &mut rows {
            let ranks: Vec<usize> = groups.iter().filter_map(|g| self.rank(g, row, width)).collect();
            gains.fill(0);
            for rank in &ranks {
                let new = done.get(*rank..rank + width).unwrap_or_default();
                for (gain, is_done) in gains.iter_mut().zip(new) {
                    *gain += usize::from(!is_done);
                }
            }
            // Most first; among equals what was used least, then the first.
            let mut candidates: Vec<usize> =
                (0..width).filter(|c| gains.get(*c).is_some_and(|g| *g > 0)).collect();
            candidates.sort_by_key(|c| {
                (
                    std::cmp::Reverse(gains.get(*c).copied().unwrap_or(0)),
                    uses.get(*c).copied().unwrap_or(0),
                    *c,
                )
            });
            for candidate in candidates {
                set(row, parameter, u16::try_from(candidate).unwrap_or(OPEN));
                if self.rules.touches(&[parameter]) && !self.rules.completable(row) {
                    set(row, parameter, OPEN);
                    continue;
                }
                if let Some(slot) = uses.get_mut(candidate) {
                    *slot += 1;
                }
                for rank in &ranks {
                    if let Some(slot) = done.get_mut(rank + candidate) {
                        *slot = true;
                    }
                }
                break;
            }
        }
        self.rows = rows;
    }

    fn add_rows(&mut self, groups: &[Group], parameter: usize, width: usize, done: &mut [bool]) {
        let mut missing: Vec<(usize, Vec<u16>, u16)> = Vec::new();
        for (at, group) in groups.iter().enumerate() {
            self.each(group, width, &mut |values, number| {
                for candidate in 0..width {
                    if done.get(number + candidate) == Some(&false) {
                        missing.push((at, values.to_vec(), u16::try_from(candidate).unwrap_or(OPEN)));
                    }
                }
            });
        }
        // Only rows with something open among the parameters so far can take a combination that they do not have.
        let is_open = |row: &Vec<u16>| row.iter().take(parameter + 1).any(|v| *v == OPEN);
        let mut open: Vec<usize> =
            (0..self.rows.len()).filter(|n| self.rows.get(*n).is_some_and(is_open)).collect();
        for (at, values, candidate) in missing {
            let Some(group) = groups.get(at) else { continue };
            let wanted: Vec<(usize, u16)> =
                group.parameters.iter().copied().zip(values).chain([(parameter, candidate)]).collect();
            // A row that was added for another may have it by now.
            let has = |row: &Vec<u16>| wanted.iter().all(|(p, v)| value(row, *p) == *v);
            if open.iter().filter_map(|n| self.rows.get(*n)).any(has) {
                continue;
            }
            let mut taken = false;
            for number in &open {
                let Some(row) = self.rows.get_mut(*number) else { continue };
                if !wanted.iter().all(|(p, v)| [OPEN, *v].contains(&value(row, *p))) {
                    continue;
                }
                let before = row.clone();
                for (p, v) in &wanted {
                    set(row, *p, *v);
                }
                if self.rules.completable(row) {
                    taken = true;
                    break;
                }
                *row = before;
            }
            if !taken {
                let mut row = vec![OPEN; self.sizes.len()];
                for (p, v) in &wanted {
                    set(&mut row, *p, *v);
                }
                open.push(self.rows.len());
                self.rows.push(row);
            }
        }
    }
}

/// The next choice of numbers below a limit, in lexical order.
fn next_choice(choice: &mut [usize], limit: usize) -> bool {
    let length = choice.len();
    for at in (0..length).rev() {
        let Some(number) = choice.get(at).copied() else { return false };
        if number + 1 + (length - 1 - at) < limit {
            for (step, slot) in choice.iter_mut().skip(at).enumerate() {
                *slot = number + 1 + step;
            }
            return true;
        }
    }
    false
}
