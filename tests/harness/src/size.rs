//! How large the heavy checks are.

/// `full` where `DIGITALPOST_TEST_SIZE=full` asks for it, else `small`, which every run can afford.
pub fn size(small: usize, full: usize) -> usize {
    match std::env::var("DIGITALPOST_TEST_SIZE").as_deref() {
        Ok("full") => full,
        _ => small,
    }
}
