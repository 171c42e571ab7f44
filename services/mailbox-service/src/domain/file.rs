//! Files on their way in and out.

use crypto::file::{OVERHEAD_BYTES, SEGMENT_BYTES};
use kernel::{FileId, Timestamp, UploadId};
use std::time::Duration;

/// Bytes of all files of a citizen's letter together, so of each (M3); 1 MB is 1,000,000 bytes.
pub const MAX_CITIZEN_FILES_BYTES: i64 = 10_000_000;
/// The most bytes in one frame of a stream.
pub const MAX_CHUNK: usize = 64 * 1024;
/// How long an upload may take. What is not complete by then is swept.
pub const MAX_UPLOAD_TIME: Duration = Duration::from_hours(1);
/// The most characters of a file's name.
pub const MAX_NAME: usize = 200;

/// What the first frame of an upload says.
#[derive(Clone, PartialEq, Eq)]
pub struct UploadHeader {
    /// What the file is called, with its extension.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// The hash its content must have.
    pub sha256: [u8; 32],
}

/// A file that waits to become part of letters.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// Which.
    pub id: UploadId,
    /// The stored file.
    pub file: FileId,
    /// What it is called.
    pub name: String,
    /// Its type, by content.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Its hash.
    pub sha256: Vec<u8>,
    /// Until when it can be attached.
    pub expire_time: Timestamp,
}

/// Why a name is none to save a file under.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "must be 1 to {MAX_NAME} characters with an extension, without path separators, control characters or a dot at either end"
)]
pub struct InvalidFileName;

/// A file's name that is safe to save under.
pub fn parse_name(text: &str) -> Result<String, InvalidFileName> {
    let name = kernel::text::line(text, MAX_NAME).map_err(|_| InvalidFileName)?;
    let unsafe_name = name.contains(['/', '\\']) || name.starts_with('.') || name.ends_with('.') || !name.contains('.');
    if unsafe_name { Err(InvalidFileName) } else { Ok(name) }
}

/// Why a text is no hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be 64 lower-case hexadecimal digits")]
pub struct InvalidSha256;

/// Reads 64 lower-case hexadecimal digits.
pub fn parse_sha256(text: &str) -> Result<[u8; 32], InvalidSha256> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(InvalidSha256),
    };
    let pairs: &[u8; 64] = text.as_bytes().try_into().map_err(|_| InvalidSha256)?;
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(pairs.chunks_exact(2)) {
        *byte = digit(pair[0])? * 16 + digit(pair[1])?;
    }
    Ok(hash)
}

/// Segments of a file of `size` bytes; an empty file has none.
pub fn segment_count(size: u64) -> u64 {
    size.div_ceil(SEGMENT_BYTES as u64)
}

/// Bytes of the stored object of a file of `size` bytes.
pub fn stored_size(size: u64) -> u64 {
    size + segment_count(size) * OVERHEAD_BYTES as u64
}

/// Where `count` segments from `first` on lie in the stored object of a file of `size` bytes.
pub fn stored_range(size: u64, first: u64, count: u64) -> std::ops::Range<u64> {
    let stored = stored_size(size);
    let each = (SEGMENT_BYTES + OVERHEAD_BYTES) as u64;
    (first * each).min(stored)..((first + count) * each).min(stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::hex;

    #[test]
    fn hashes_are_read_as_they_are_written() {
        let hash = crypto::sha256(b"letter");
        assert_eq!(parse_sha256(&hex(&hash)), Ok(hash));
        assert_eq!(parse_sha256(&hex(&hash).to_uppercase()), Err(InvalidSha256));
        assert_eq!(parse_sha256(""), Err(InvalidSha256));
    }

    #[test]
    fn names_are_safe_to_save_under() {
        assert_eq!(parse_name(" Årsopgørelse 2025.pdf "), Ok("Årsopgørelse 2025.pdf".to_owned()));
        for name in ["", "brev", "../brev.pdf", "a\\b.pdf", ".pdf", "brev.", "a\nb.pdf", "a\u{202e}fdp.exe"] {
            assert_eq!(parse_name(name), Err(InvalidFileName), "{name}");
        }
    }

    #[test]
    fn segments_lie_one_after_the_other() {
        let (segment, sealed) = (SEGMENT_BYTES as u64, (SEGMENT_BYTES + OVERHEAD_BYTES) as u64);
        assert_eq!(segment_count(segment), 1);
        assert_eq!(segment_count(segment + 1), 2);
        assert_eq!(stored_range(segment + 1, 0, 1), 0..sealed);
        assert_eq!(stored_range(segment + 1, 1, 16), sealed..sealed + 1 + OVERHEAD_BYTES as u64);
    }
}
