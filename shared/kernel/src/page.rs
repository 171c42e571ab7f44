//! Pages of lists.

/// How many items a page holds: what the caller asked for, brought within the list's limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageSize(u16);

/// The asked page size is negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must not be negative")]
pub struct NegativePageSize;

impl PageSize {
    /// What a page holds when the caller does not say.
    pub const DEFAULT: u16 = 50;
    /// The most a page holds; more is brought down to it.
    pub const MAX: u16 = 200;

    /// Zero means the default, too many means the most.
    pub fn parse(asked: i32) -> Result<Self, NegativePageSize> {
        Self::parse_within(asked, Self::DEFAULT, Self::MAX)
    }

    /// The same for a list with a default and a most of its own.
    pub fn parse_within(asked: i32, default: u16, most: u16) -> Result<Self, NegativePageSize> {
        match u16::try_from(asked) {
            Ok(0) => Ok(Self(default)),
            Ok(size) => Ok(Self(size.min(most))),
            Err(_) if asked < 0 => Err(NegativePageSize),
            Err(_) => Ok(Self(most)),
        }
    }

    /// Rows to fetch so that one more tells whether a next page exists.
    pub fn limit_and_one(self) -> i64 {
        i64::from(self.0) + 1
    }

    /// Cuts `rows` to the page; the last row kept if there are more.
    pub fn cut<T>(self, rows: &mut Vec<T>) -> Option<&T> {
        let size = usize::from(self.0);
        if rows.len() <= size {
            return None;
        }
        rows.truncate(size);
        rows.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_coerced_but_not_below_zero() {
        let size = |asked| PageSize::parse(asked).map(PageSize::limit_and_one);
        assert_eq!(size(0), Ok(51));
        assert_eq!(size(7), Ok(8));
        assert_eq!(size(1_000_000), Ok(201));
        assert_eq!(size(-1), Err(NegativePageSize));
        let within = |asked| PageSize::parse_within(asked, 100, 1_000).map(PageSize::limit_and_one);
        assert_eq!(
            [within(0), within(999), within(i32::MAX), within(-1)],
            [Ok(101), Ok(1_000), Ok(1_001), Err(NegativePageSize)]
        );
    }

    #[test]
    fn the_extra_row_is_cut_and_marks_the_next_page() {
        let page = PageSize::parse(2).expect("a size");
        let mut rows = vec![1, 2, 3];
        assert_eq!(page.cut(&mut rows), Some(&2));
        assert_eq!(rows, [1, 2]);
        assert_eq!(page.cut(&mut rows), None);
    }
}
