use super::*;

/// Pain 57: how several sessions and a choice become one presence, as a table.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn the_documented_precedence_decides_what_is_seen() {
    use Because as B;
    use PreferredPresence as P;
    use SessionPresence as S;
    let app =
        |presence, at, lasts| ShownSession::of_app(presence, Instant::from_secs(at), secs(lasts));
    let client = ShownSession::of_client;
    let chosen = |presence, at| Some(Preferred::new(presence, Instant::from_secs(at)));
    let day = 24 * 3600;
    let table = [
        ("nobody is there", vec![], None, 0, "Offline/Offline", B::NoSession),
        (
            "a choice without a session shows nothing",
            vec![],
            chosen(P::Busy, 0),
            0,
            "Offline/Offline",
            B::NoSession,
        ),
        (
            "one session",
            vec![client("Available", "Available")],
            None,
            0,
            "Available/Available",
            B::Session(0),
        ),
        (
            "busy before available",
            vec![client("Available", "Available"), app(S::InACall, 0, 3600)],
            None,
            5,
            "Busy/InACall",
            B::Session(1),
        ),
        (
            "presenting before busy",
            vec![app(S::InACall, 0, 3600), app(S::Presenting, 0, 3600)],
            None,
            5,
            "DoNotDisturb/Presenting",
            B::Session(1),
        ),
        (
            "available before away",
            vec![app(S::Away, 0, 3600), client("Available", "Available")],
            None,
            5,
            "Available/Available",
            B::Session(1),
        ),
        (
            "of two equals the first",
            vec![app(S::InAConferenceCall, 0, 3600), app(S::InACall, 0, 3600)],
            None,
            5,
            "Busy/InAConferenceCall",
            B::Session(0),
        ),
        (
            "a choice before every session",
            vec![app(S::Presenting, 0, 3600)],
            chosen(P::Available, 0),
            5,
            "Available/Available",
            B::Preferred,
        ),
        (
            "appearing offline",
            vec![client("Busy", "InACall")],
            chosen(P::OffWork, 0),
            5,
            "Offline/OffWork",
            B::Preferred,
        ),
        (
            "busy is chosen for a day",
            vec![client("Available", "Available")],
            chosen(P::Busy, 0),
            day - 1,
            "Busy/Busy",
            B::Preferred,
        ),
        (
            "and no longer",
            vec![client("Available", "Available")],
            chosen(P::Busy, 0),
            day,
            "Available/Available",
            B::Session(0),
        ),
        (
            "away is chosen for a week",
            vec![client("Available", "Available")],
            chosen(P::Away, 0),
            7 * day - 1,
            "Away/Away",
            B::Preferred,
        ),
        (
            "and no longer either",
            vec![client("Available", "Available")],
            chosen(P::Away, 0),
            7 * day,
            "Available/Available",
            B::Session(0),
        ),
        (
            "just set",
            vec![app(S::Available, 0, 3600)],
            None,
            299,
            "Available/Available",
            B::Session(0),
        ),
        (
            "fading after five minutes",
            vec![app(S::Available, 0, 3600)],
            None,
            300,
            "Available/AvailableInactive",
            B::Faded(0),
        ),
        ("faded after ten", vec![app(S::Available, 0, 3600)], None, 600, "Away/Away", B::Faded(0)),
        (
            "faded, a client decides",
            vec![app(S::Available, 0, 3600), client("Available", "Available")],
            None,
            900,
            "Available/Available",
            B::Session(1),
        ),
        (
            "busy does not fade",
            vec![app(S::InACall, 0, 3600)],
            None,
            3599,
            "Busy/InACall",
            B::Session(0),
        ),
        ("expired", vec![app(S::InACall, 0, 3600)], None, 3600, "Offline/Offline", B::NoSession),
        (
            "expired, and another left",
            vec![app(S::InACall, 0, 300), client("Away", "Away")],
            None,
            300,
            "Away/Away",
            B::Session(1),
        ),
    ];
    for (what, sessions, preferred, now, seen, because) in table {
        let effective = explain_effective(&sessions, preferred.as_ref(), Instant::from_secs(now));
        let shown = format!("{}/{}", effective.availability, effective.activity);
        assert_eq!((shown.as_str(), effective.because), (seen, because), "{what}");
    }
}
