//! Between the wire's types and ours.

use kernel::Timestamp;

/// An instant as the wire writes it.
pub fn to_proto(instant: Timestamp) -> prost_types::Timestamp {
    let micros = instant.as_micros();
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1_000).unwrap_or(0);
    prost_types::Timestamp { seconds: micros.div_euclid(1_000_000), nanos }
}

/// The instant is none that the wire may carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be a timestamp between the years 1 and 9999")]
pub struct InvalidTimestamp;

/// An instant from the wire, cut to microseconds.
pub fn from_proto(instant: prost_types::Timestamp) -> Result<Timestamp, InvalidTimestamp> {
    /// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
    const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
    if !SECONDS.contains(&instant.seconds) || !(0..1_000_000_000).contains(&instant.nanos) {
        return Err(InvalidTimestamp);
    }
    Ok(Timestamp::from_micros(instant.seconds * 1_000_000 + i64::from(instant.nanos) / 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_survive_the_wire() {
        for micros in [0, -1, 1_700_000_000_123_456] {
            assert_eq!(from_proto(to_proto(Timestamp::from_micros(micros))), Ok(Timestamp::from_micros(micros)));
        }
        assert_eq!(from_proto(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }), Err(InvalidTimestamp));
        assert_eq!(from_proto(prost_types::Timestamp { seconds: 0, nanos: -1 }), Err(InvalidTimestamp));
    }
}
