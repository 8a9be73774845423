//! Descriptions that go from one leg to the other as they are, so that media does not meet us.

use super::{Profile, SessionDescription};

/// Why media cannot bypass this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassThroughError {
    /// One of the legs is not encrypted, so somebody must encrypt and decrypt between them.
    #[error("media cannot pass by: both legs must be rtp/savp, use a relay")]
    Profile,
    /// A leg may be joined with another later, and Teams does not follow a move.
    #[error(
        "media cannot pass by: the legs may be joined anew and teams follows no move, use a relay"
    )]
    Rebridging,
    /// The description holds no audio to pass on.
    #[error("media cannot pass by: the description holds no audio")]
    NoAudio,
}

/// Lets a description pass to a leg of the other profile, if media can do without us.
///
/// That takes two encrypted legs that stay together: Teams sends to the first address it learns
/// and follows no re-INVITE to another one (Learn, *RFC standards for Direct Routing*).
///
/// # Errors
///
/// [`PassThroughError`] says what stands in the way.
pub fn pass_through(
    description: &SessionDescription,
    other: Profile,
    rebridging_planned: bool,
) -> Result<&SessionDescription, PassThroughError> {
    let audio = description.audio().ok_or(PassThroughError::NoAudio)?;
    let encrypted = audio.protocol().eq_ignore_ascii_case(Profile::Savp.as_str());
    if !encrypted || other != Profile::Savp {
        return Err(PassThroughError::Profile);
    }
    if rebridging_planned {
        return Err(PassThroughError::Rebridging);
    }
    Ok(description)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_encrypted_legs_that_stay_together_do_without_us() {
        let parse = |media: &str| {
            let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
            SessionDescription::parse(format!("{head}{media}\r\n").as_bytes()).unwrap()
        };
        let (savp, avp) = (parse("m=audio 9 RTP/SAVP 0"), parse("m=audio 9 RTP/AVP 0"));
        let none = parse("m=video 9 RTP/SAVP 31");
        assert_eq!(pass_through(&savp, Profile::Savp, false), Ok(&savp));
        for (description, other, rebridging, error) in [
            (&savp, Profile::Savp, true, PassThroughError::Rebridging),
            (&savp, Profile::Avp, false, PassThroughError::Profile),
            (&avp, Profile::Savp, false, PassThroughError::Profile),
            (&none, Profile::Savp, false, PassThroughError::NoAudio),
        ] {
            assert_eq!(pass_through(description, other, rebridging), Err(error));
        }
    }
}
