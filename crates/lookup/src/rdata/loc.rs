//! LOC (RFC 1876): a place on the earth.

use super::wire::Reader;

/// The equator and the prime meridian (RFC 1876, 2).
const ORIGIN: u32 = 1 << 31;

/// How far below the reference spheroid altitudes begin (RFC 1876, 2).
const ALTITUDE_BASE_CENTIMETRES: i64 = 100_000 * 100;

const THOUSANDTHS_PER_DEGREE: u32 = 60 * 60 * 1000;

/// `D M S N D M S E ALTITUDE SIZE HORIZONTAL VERTICAL` (RFC 1876, 3).
pub fn loc(data: &mut Reader) -> Option<String> {
    if data.u8()? != 0 {
        return None;
    }
    let [size, horizontal, vertical] = data.array::<3>()?.map(length);
    let latitude = angle(data.u32()?, 90, ["N", "S"])?;
    let longitude = angle(data.u32()?, 180, ["E", "W"])?;
    let altitude = i64::from(data.u32()?) - ALTITUDE_BASE_CENTIMETRES;
    let sign = if altitude < 0 { "-" } else { "" };
    let (metres, hundredths) = (altitude.unsigned_abs() / 100, altitude.unsigned_abs() % 100);
    Some(format!(
        "{latitude} {longitude} {sign}{metres}.{hundredths:02}m {} {} {}",
        size?, horizontal?, vertical?
    ))
}

/// Degrees, minutes, seconds and the side of the origin.
fn angle(thousandths: u32, degrees_max: u32, [above, below]: [&str; 2]) -> Option<String> {
    let side = if thousandths < ORIGIN { below } else { above };
    let distance = thousandths.abs_diff(ORIGIN);
    if distance > degrees_max * THOUSANDTHS_PER_DEGREE {
        return None;
    }
    let (degrees, minutes) = (distance / THOUSANDTHS_PER_DEGREE, distance / 60_000 % 60);
    let (seconds, thousandths) = (distance / 1000 % 60, distance % 1000);
    Some(format!("{degrees} {minutes} {seconds}.{thousandths:03} {side}"))
}

/// A digit and its power of ten in centimetres, as metres (RFC 1876, 2).
fn length(octet: u8) -> Option<String> {
    let (digit, power) = (octet >> 4, octet & 0x0f);
    if digit > 9 || power > 9 {
        return None;
    }
    let centimetres = u64::from(digit) * 10_u64.pow(power.into());
    let (metres, hundredths) = (centimetres / 100, centimetres % 100);
    Some(if hundredths == 0 { format!("{metres}m") } else { format!("{metres}.{hundredths:02}m") })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{is_generic, presents};
    use super::*;

    fn data(sizes: [u8; 3], latitude: i32, longitude: i32, altitude: u32) -> Vec<u8> {
        let angle = |thousandths| ORIGIN.wrapping_add_signed(thousandths).to_be_bytes();
        let altitude = altitude.to_be_bytes();
        [&[0][..], &sizes, &angle(latitude), &angle(longitude), &altitude].concat()
    }

    #[test]
    fn presents_places() {
        for (data, expected) in [
            (
                data([0x12, 0x16, 0x13], 187_925_000, 530_000, 10_001_000),
                "52 12 5.000 N 0 8 50.000 E 10.00m 1m 10000m 10m",
            ),
            (
                data([0x00, 0x50, 0x99], -1, -648_000_000, 0),
                "0 0 0.001 S 180 0 0.000 W -100000.00m 0m 0.05m 90000000m",
            ),
            (
                data([0x11; 3], 324_000_000, 0, u32::MAX),
                "90 0 0.000 N 0 0 0.000 E 42849672.95m 0.10m 0.10m 0.10m",
            ),
            (data([0; 3], 0, 0, 9_999_999), "0 0 0.000 N 0 0 0.000 E -0.01m 0m 0m 0m"),
        ] {
            presents("LOC", &data, expected);
        }
    }

    #[test]
    fn places_off_the_earth_are_generic() {
        for data in [
            data([0xa0, 0, 0], 0, 0, 0),
            data([0, 0x0a, 0], 0, 0, 0),
            data([0; 3], 324_000_001, 0, 0),
            data([0; 3], 0, -648_000_001, 0),
            [&[1][..], &data([0; 3], 0, 0, 0)[1..]].concat(),
        ] {
            is_generic("LOC", &data);
        }
    }
}
