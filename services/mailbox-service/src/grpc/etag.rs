//! Etags as clients send them back.

/// The most characters of an etag.
const MAX: usize = 64;

/// Reads an etag, whatever it says: one that names nothing is refused as outdated.
pub(super) fn parse(etag: &str) -> Result<String, String> {
    let valid = etag.len() <= MAX && etag.bytes().all(|byte| byte.is_ascii_graphic());
    if valid { Ok(etag.to_owned()) } else { Err(format!("must be at most {MAX} visible ASCII characters")) }
}
