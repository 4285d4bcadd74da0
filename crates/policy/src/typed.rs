//! Values of conditions that are more than text: numbers, dates, addresses, bytes.
//!
//! Source: IAM JSON policy elements: Condition operators, IAM User Guide.

use std::cmp::Ordering;
use std::net::IpAddr;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A decimal number of any size, compared exactly (R70).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    // The value is 0.DIGITS times 10 to the power of this.
    exponent: i64,
    // INVARIANT: neither the first nor the last is a zero; none at all for 0,
    // which is then neither negative nor has an exponent.
    digits: Vec<u8>,
}

/// A point in time, in nanoseconds since 1970 (R71).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(i128);

/// A range of addresses (R74).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range(IpNet);

impl Decimal {
    /// Reads digits with an optional sign, fraction and exponent, and nothing else.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, i64::from(power.parse::<i32>().ok()?)),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if all.is_empty() || !all.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let leading = all.iter().take_while(|&&digit| digit == b'0').count();
        let trailing = all.iter().rev().take_while(|&&digit| digit == b'0').count();
        if leading == all.len() {
            return Some(Decimal::zero());
        }
        Some(Decimal {
            negative,
            exponent: power + i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()?,
            digits: all[leading..all.len() - trailing].to_vec(),
        })
    }

    fn zero() -> Decimal {
        Decimal {
            negative: false,
            exponent: 0,
            digits: Vec::new(),
        }
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => -1,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        let sizes = || {
            self.exponent
                .cmp(&other.exponent)
                .then_with(|| self.digits.cmp(&other.digits))
        };
        self.sign()
            .cmp(&other.sign())
            .then_with(|| match self.sign() {
                -1 => sizes().reverse(),
                _ => sizes(),
            })
    }
}

impl Instant {
    /// Reads whole seconds since 1970, or an ISO 8601 month, date or date-time;
    /// UTC where it names no zone. Four digits are seconds, not a year.
    pub(crate) fn parse(text: &str) -> Option<Instant> {
        if let Ok(seconds) = text.parse::<i128>() {
            return Some(Instant(seconds.checked_mul(1_000_000_000)?));
        }
        // The parser below also reads zone names and other separators, which
        // AWS does not document.
        let plain = |byte: u8| byte.is_ascii_digit() || b"-+:.TZ".contains(&byte);
        if !text.bytes().all(plain) {
            return None;
        }
        let timestamp = match text.parse::<Timestamp>() {
            Ok(timestamp) => timestamp,
            Err(_) => without_zone(text)?,
        };
        Some(Instant(timestamp.as_nanosecond()))
    }
}

fn without_zone(text: &str) -> Option<Timestamp> {
    let date: DateTime = match text.as_bytes() {
        // A year and a month, which the W3C profile of ISO 8601 has too.
        [_, _, _, _, b'-', _, _] => format!("{text}-01").parse().ok()?,
        _ => text.parse().ok()?,
    };
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

impl Range {
    /// Reads a CIDR range or a single address.
    pub(crate) fn parse(text: &str) -> Option<Range> {
        match text.parse::<IpNet>() {
            Ok(range) => Some(Range(range)),
            Err(_) => Some(Range(text.parse::<IpAddr>().ok()?.into())),
        }
    }

    /// Returns whether the address is inside; one of the other family never is.
    ///
    /// Bits behind the prefix are ignored.
    pub(crate) fn contains(&self, address: &IpAddr) -> bool {
        self.0.contains(address)
    }
}

/// Reads `true` or `false`, without case (R72).
pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Reads base64, padded or not (R73).
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compare(left: &str, right: &str) -> Option<Ordering> {
        Some(Decimal::parse(left)?.cmp(&Decimal::parse(right)?))
    }

    #[test]
    fn decimals_compare_as_numbers_and_exactly() {
        assert_eq!(compare("10", "9"), Some(Ordering::Greater));
        assert_eq!(compare("-10", "-9"), Some(Ordering::Less));
        assert_eq!(compare("1.10", "1.1"), Some(Ordering::Equal));
        assert_eq!(compare("007", "7.0"), Some(Ordering::Equal));
        assert_eq!(compare("1e3", "1000"), Some(Ordering::Equal));
        assert_eq!(compare("-0", "0"), Some(Ordering::Equal));
        assert_eq!(compare("0.1", "0.09"), Some(Ordering::Greater));
        assert_eq!(
            compare("9007199254740993", "9007199254740992"),
            Some(Ordering::Greater)
        );
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in [
            "", "-", ".", "abc", "1 ", " 1", "0x10", "1.2.3", "1e", "NaN", "--1", "٣",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn dates_and_epochs_are_the_same_scale() {
        let same = [
            "2024-06-01",
            "2024-06",
            "2024-06-01T00:00:00",
            "2024-06-01T00:00Z",
            "2024-06-01T00:00:00Z",
            "2024-06-01T02:00:00+02:00",
            "2024-06-01T00:00:00.000Z",
            "1717200000",
        ];
        let first = Instant::parse(same[0]);
        assert!(first.is_some());
        for text in same {
            assert_eq!(Instant::parse(text), first, "{text}");
        }
        assert!(Instant::parse("2024-06-01T00:00:01Z") > first);
        // Beyond the year 9999, as milliseconds taken for seconds are.
        assert!(Instant::parse("1717200000000") > first);
        assert!(Instant::parse("9223372036854775808") > first);
        assert!(Instant::parse("-1") < first);
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "today",
            "2024-13-01",
            "2024-13",
            "2024-1-1",
            "01/06/2024",
            "1.5",
            "2024-06-01 00:00:00",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ranges_ignore_bits_behind_the_prefix_and_never_cross_families() {
        let inside = |range: &str, address: &str| {
            Range::parse(range).map(|range| range.contains(&address.parse().expect("an address")))
        };
        assert_eq!(inside("10.1.2.3/8", "10.200.0.1"), Some(true));
        assert_eq!(inside("203.0.113.7", "203.0.113.7"), Some(true));
        assert_eq!(inside("203.0.113.7", "203.0.113.8"), Some(false));
        assert_eq!(inside("0.0.0.0/0", "2001:db8::1"), Some(false));
        assert_eq!(inside("0.0.0.0/0", "::ffff:10.0.0.1"), Some(false));
        assert_eq!(inside("2001:db8::/32", "2001:DB8:0::7"), Some(true));
        assert_eq!(inside("10.0.0.0/33", "10.0.0.1"), None);
    }

    #[test]
    fn base64_compares_as_bytes() {
        assert_eq!(bytes("QmluYXJ5"), Some(b"Binary".to_vec()));
        assert_eq!(bytes("YQ"), bytes("YQ=="));
        assert_eq!(bytes("not base64!"), None);
    }

    proptest! {
        #[test]
        fn small_decimals_compare_as_integers(left in -9999_i32..9999, right in -9999_i32..9999) {
            let text = |number: i32| format!("{}{:.2}", if number < 0 { "-" } else { "" }, f64::from(number.abs()) / 100.0);
            prop_assert_eq!(compare(&text(left), &text(right)), Some(left.cmp(&right)));
        }
    }
}
