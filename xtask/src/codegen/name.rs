//! From the schema's names to Rust's.

/// Words of a camel case name: `relayIPAddress` is relay, IP, Address.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let starts = match before {
            None | Some('_') => true,
            Some(before) => {
                letter.is_uppercase()
                    && (!before.is_uppercase() || after.is_some_and(|after| after.is_lowercase()))
            }
        };
        if *letter == '_' {
            continue;
        }
        match words.last_mut() {
            Some(word) if !starts => word.push(*letter),
            _ => words.push(letter.to_string()),
        }
    }
    words
}

/// The name of a Rust type or variant.
pub(crate) fn upper_camel(name: &str) -> String {
    if name == "iOS" {
        return "Ios".to_owned();
    }
    let mut camel = String::new();
    for word in words(name) {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(&letters.as_str().to_ascii_lowercase());
    }
    camel
}

/// The name of a Rust field, raw where it is a keyword.
pub(crate) fn snake(name: &str) -> String {
    let mut snake = words(name).join("_").to_ascii_lowercase();
    if matches!(snake.as_str(), "type" | "final" | "ref" | "match" | "move" | "use") {
        snake.insert_str(0, "r#");
    }
    snake
}

/// The names of the variants of a base, by its subtypes: what all share with it is left out.
pub(crate) fn variants(base: &str, subtypes: &[&str]) -> Vec<String> {
    let base: Vec<String> = words(base).iter().map(|word| word.to_ascii_lowercase()).collect();
    let mut names: Vec<Vec<String>> = subtypes.iter().map(|name| words(name)).collect();
    let shared = |ends: Vec<Option<&String>>| {
        let ends: Vec<String> =
            ends.into_iter().flatten().map(|word| word.to_ascii_lowercase()).collect();
        ends.first().is_some_and(|first| base.contains(first) && ends.iter().all(|it| it == first))
    };
    let longer = |names: &[Vec<String>]| names.iter().all(|name| name.len() > 1);
    while longer(&names) && shared(names.iter().map(|name| name.first()).collect()) {
        for name in &mut names {
            name.remove(0);
        }
    }
    while longer(&names) && shared(names.iter().map(|name| name.last()).collect()) {
        for name in &mut names {
            name.pop();
        }
    }
    names.iter().map(|name| upper_camel(&name.join("_"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_schema_become_names_of_rust() {
        for (name, field, variant) in [
            ("callbackUri", "callback_uri", "CallbackUri"),
            ("relayIPAddress", "relay_ip_address", "RelayIpAddress"),
            ("azureADAppId", "azure_ad_app_id", "AzureAdAppId"),
            ("participants_v2", "participants_v2", "ParticipantsV2"),
            ("frequency24GHz", "frequency24_g_hz", "Frequency24GHz"),
            ("macOS", "mac_os", "MacOs"),
            ("type", "r#type", "Type"),
        ] {
            assert_eq!((snake(name).as_str(), upper_camel(name).as_str()), (field, variant));
        }
    }

    #[test]
    fn variants_leave_out_what_all_subtypes_share() {
        for (base, subtypes, expected) in [
            ("prompt", vec!["mediaPrompt"], vec!["Media"]),
            (
                "mediaConfig",
                vec!["appHostedMediaConfig", "serviceHostedMediaConfig"],
                vec!["AppHosted", "ServiceHosted"],
            ),
            (
                "participantJoiningResponse",
                vec!["acceptJoinResponse", "inviteNewBotResponse"],
                vec!["AcceptJoin", "InviteNewBot"],
            ),
            (
                "teleconferenceDeviceMediaQuality",
                vec![
                    "teleconferenceDeviceAudioQuality",
                    "teleconferenceDeviceScreenSharingQuality",
                ],
                vec!["Audio", "ScreenSharing"],
            ),
            ("participantBase", vec!["organizer", "participant"], vec!["Organizer", "Participant"]),
        ] {
            assert_eq!(variants(base, &subtypes), expected, "{base}");
        }
    }
}
