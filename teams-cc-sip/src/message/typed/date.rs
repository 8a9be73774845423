//! Date (RFC 3261 §20.17): an RFC 1123 date in GMT, and nothing else.

use bytes::Bytes;

use crate::message::{Grammar, HeaderName, ParseError, Rule, TypedHeader};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The wall time at which a message was first sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Date {
    /// Day of the week, from 0 for Monday, as written.
    pub weekday: u8,
    /// Four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 60, for a leap second.
    pub second: u8,
}

impl TypedHeader for Date {
    fn name() -> HeaderName {
        HeaderName::Date
    }

    fn parse_value(value: &Bytes, _: &Grammar) -> Result<Self, ParseError> {
        let text = std::str::from_utf8(value).map_err(|_| ParseError::new(Rule::Date, 0))?;
        read(text).ok_or(ParseError::new(Rule::Date, 0))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let name =
            |names: &[&'static str], i: u8| names.get(usize::from(i)).copied().unwrap_or("???");
        let text = format!(
            "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
            name(&DAYS, self.weekday),
            self.day,
            name(&MONTHS, self.month.wrapping_sub(1)),
            self.year,
            self.hour,
            self.minute,
            self.second
        );
        out.extend_from_slice(text.as_bytes());
    }
}

/// `Sat, 13 Nov 2010 23:29:00 GMT`, of fixed width.
fn read(text: &str) -> Option<Date> {
    let (weekday, rest) = text.split_once(", ")?;
    let index = |names: &[&str], name: &str| {
        names.iter().position(|n| n.eq_ignore_ascii_case(name)).and_then(|i| u8::try_from(i).ok())
    };
    let mut parts = rest.split(' ');
    let (day, month, year, time, zone) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !zone.eq_ignore_ascii_case("GMT") {
        return None;
    }
    let mut clock = time.split(':');
    let (hour, minute, second) = (clock.next()?, clock.next()?, clock.next()?);
    if clock.next().is_some() {
        return None;
    }
    Some(Date {
        weekday: index(&DAYS, weekday)?,
        year: digits(year, 4, 0, 9999)?,
        month: index(&MONTHS, month)? + 1,
        day: u8::try_from(digits(day, 2, 1, 31)?).ok()?,
        hour: u8::try_from(digits(hour, 2, 0, 23)?).ok()?,
        minute: u8::try_from(digits(minute, 2, 0, 59)?).ok()?,
        second: u8::try_from(digits(second, 2, 0, 60)?).ok()?,
    })
}

fn digits(text: &str, width: usize, min: u16, max: u16) -> Option<u16> {
    let good = text.len() == width && text.bytes().all(|b| b.is_ascii_digit());
    good.then(|| text.parse().ok()).flatten().filter(|n| (min..=max).contains(n))
}
