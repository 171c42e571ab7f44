//! Batches: many items of a stream in one transaction.

use std::collections::HashSet;
use std::hash::Hash;

/// Cuts `items` into batches, in their order, so that no key stands twice in one of them: what comes again finds what it
/// was before.
pub(super) fn without_repeats<T, K: Eq + Hash>(items: Vec<T>, key: impl Fn(&T) -> K) -> Vec<Vec<T>> {
    let mut batches = Vec::new();
    let (mut batch, mut seen) = (Vec::with_capacity(items.len()), HashSet::new());
    for item in items {
        if !seen.insert(key(&item)) {
            batches.push(std::mem::take(&mut batch));
            seen.clear();
            seen.insert(key(&item));
        }
        batch.push(item);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_begins_a_new_batch() {
        assert_eq!(without_repeats(vec![1, 2, 1, 1, 3], |item| *item), [vec![1, 2], vec![1], vec![1, 3]]);
        assert!(without_repeats(Vec::<u8>::new(), |item| *item).is_empty());
    }
}
