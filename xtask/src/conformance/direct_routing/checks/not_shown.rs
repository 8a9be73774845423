//! Rows that messages between a subject and its peers do not show.

/// Where to look instead, for what the SBC says about itself.
const REPORT: &str = "it is about what the subject reports, not about what it sends";
/// What is set before the start.
const CONFIGURATION: &str = "it is about the subject's configuration, which the wire does not show";
/// What only media shows.
const MEDIA: &str = "it is about media packets, and this stage plays signalling only";
/// What only a trunk with media bypass does.
const BYPASS: &str = "it is about media bypass with ICE, and this stage offers calls without";

/// Each row with the reason.
pub(crate) const NOT_SHOWN: &[(&str, &str)] = &[
    ("DR-012", REPORT),
    ("DR-014", CONFIGURATION),
    ("DR-019", CONFIGURATION),
    ("DR-022", "it takes more than two minutes without any other message on a connection"),
    ("DR-027", "it takes an operator who replaces the subject's certificate"),
    ("DR-039", REPORT),
    ("DR-053", "it is about a URI that an operator may configure"),
    ("DR-080", "what a loop looks like in History-Info is not stated; DR-079 plays the header"),
    ("DR-098", "the tone that the transferee hears is in the media"),
    ("DR-115", "that tones are not sent in band is shown in the media; DR-114 reads the offer"),
    ("DR-116", MEDIA),
    ("DR-117", MEDIA),
    ("DR-119", MEDIA),
    ("DR-120", MEDIA),
    ("DR-121", BYPASS),
    ("DR-122", BYPASS),
    ("DR-123", BYPASS),
    ("DR-124", BYPASS),
    ("DR-125", BYPASS),
    ("DR-126", BYPASS),
    ("DR-127", "it takes a trunk over IPv6; this stage is on IPv4"),
    ("DR-132", CONFIGURATION),
    ("DR-134", CONFIGURATION),
    ("DR-135", CONFIGURATION),
    ("DR-136", CONFIGURATION),
    ("DR-137", REPORT),
    ("DR-138", REPORT),
    ("DR-139", REPORT),
    ("DR-140", REPORT),
];
