//! Are the names of exports different? Sorted, equal ones stand next to each other: no number of them makes this slow.

use crate::reader::Reader;

/// Where the second of two equal names starts in the module. Names are given by that, and left sorted.
pub(super) fn duplicate(bytes: &[u8], names: &mut [u32]) -> Option<u32> {
    let name = |start: u32| Reader::from(bytes, start).name().unwrap_or_default();
    heap_sort(names, |a, b| name(a) < name(b));
    for pair in names.windows(2) {
        if let [first, second] = *pair
            && name(first) == name(second)
        {
            return Some(first.max(second));
        }
    }
    None
}

/// Sorts without memory and without recursion, whatever the input, and in far less code than the sort of `core`.
fn heap_sort(items: &mut [u32], less: impl Fn(u32, u32) -> bool) {
    let len = items.len();
    // First make a heap, from the last parent up to the root; then move the greatest behind it, one after the other.
    for step in (0..len + len / 2).rev() {
        let (mut parent, end) = if step >= len { (step - len, len) } else { (0, step) };
        if step < len {
            swap(items, 0, step);
        }
        loop {
            let mut greatest = parent;
            for child in [2 * parent + 1, 2 * parent + 2] {
                if let (true, Some(&a), Some(&b)) = (child < end, items.get(greatest), items.get(child))
                    && less(a, b)
                {
                    greatest = child;
                }
            }
            if greatest == parent {
                break;
            }
            swap(items, parent, greatest);
            parent = greatest;
        }
    }
}

fn swap(items: &mut [u32], a: usize, b: usize) {
    if let Ok([a, b]) = items.get_disjoint_mut([a, b]) {
        core::mem::swap(a, b);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn heap_sort_sorts() {
        for len in 0..40u32 {
            let mut items: std::vec::Vec<u32> = (0..len).map(|at| at * 7919 % 31).collect();
            let mut sorted = items.clone();
            sorted.sort_unstable();
            super::heap_sort(&mut items, |a, b| a < b);
            assert_eq!(items, sorted);
        }
    }
}
