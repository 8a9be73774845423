//! Emergency numbers by country, as generally published by the national authorities.

/// What is dialled in one country.
#[derive(Clone, Copy)]
pub(super) struct Preset {
    code: &'static str,
    pub(super) live: &'static [&'static str],
    pub(super) test: &'static [&'static str],
}

/// The preset of an ISO 3166 code in either case.
pub(super) fn preset(code: &str) -> Option<Preset> {
    PRESETS.iter().find(|preset| preset.code.eq_ignore_ascii_case(code)).copied()
}

/// Every code there is a preset for.
#[cfg(test)]
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.code)
}

const fn live(code: &'static str, live: &'static [&'static str]) -> Preset {
    Preset { code, live, test: &[] }
}

/// 933 reads the location back in North America; Teams documents it for calling plans.
const fn north_america(code: &'static str) -> Preset {
    Preset { code, live: &["911"], test: &["933"] }
}

/// 112 is in every plan and not repeated here.
const PRESETS: &[Preset] = &[
    live("AE", &["997", "998", "999"]),
    live("AT", &["122", "133", "144"]),
    live("AU", &["000", "106"]),
    live("BE", &["100", "101"]),
    live("BG", &[]),
    live("BR", &["190", "192", "193"]),
    north_america("CA"),
    live("CH", &["117", "118", "144"]),
    live("CY", &["199"]),
    live("CZ", &["150", "155", "156", "158"]),
    live("DE", &["110"]),
    live("DK", &[]),
    live("EE", &[]),
    live("ES", &["061", "062", "080", "085", "091", "092"]),
    live("FI", &[]),
    live("FR", &["15", "17", "18", "114"]),
    live("GB", &["999"]),
    live("GR", &["100", "166", "199"]),
    live("HK", &["999"]),
    live("HR", &["192", "193", "194"]),
    live("HU", &["104", "105", "107"]),
    live("IE", &["999"]),
    live("IL", &["100", "101", "102"]),
    live("IN", &["100", "101", "102", "108"]),
    live("IS", &[]),
    live("IT", &["113", "115", "118"]),
    live("JP", &["110", "118", "119"]),
    live("KR", &["119"]),
    live("LT", &[]),
    live("LU", &["113"]),
    live("LV", &["110", "113"]),
    live("MT", &[]),
    live("MX", &["911"]),
    live("NL", &[]),
    live("NO", &["110", "113"]),
    live("NZ", &["111"]),
    live("PL", &["997", "998", "999"]),
    live("PT", &[]),
    live("RO", &[]),
    live("SE", &[]),
    live("SG", &["995", "999"]),
    live("SI", &["113"]),
    live("SK", &["150", "155", "158"]),
    north_america("US"),
    live("ZA", &["10111", "10177"]),
];
