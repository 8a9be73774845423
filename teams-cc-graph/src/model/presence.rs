//! The [presence resource](https://learn.microsoft.com/graph/api/resources/presence).

use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// What a user shows to others.
    pub struct Presence("microsoft.graph.presence") {
        /// The user.
        id: String = "id",
        /// Finer than availability, such as `InACall` or `OffWork`; a free text.
        activity: String = "activity",
        /// Whether the user is available, such as `Available` or `DoNotDisturb`; a free text.
        availability: String = "availability",
        /// Whether the user is away from work.
        out_of_office_settings: OutOfOfficeSettings = "outOfOfficeSettings",
        /// Order of changes, a text of digits.
        sequence_number: String = "sequenceNumber",
        /// The note the user shows.
        status_message: PresenceStatusMessage = "statusMessage",
        /// Where the user works today.
        work_location: UserWorkLocation = "workLocation",
    }
}

resource! {
    /// Whether a user is away from work.
    pub struct OutOfOfficeSettings("microsoft.graph.outOfOfficeSettings") {
        /// Whether the user is away.
        is_out_of_office: bool = "isOutOfOffice",
        /// The note callers see.
        message: Sensitive = "message",
    }
}

resource! {
    /// The note a user shows.
    pub struct PresenceStatusMessage("microsoft.graph.presenceStatusMessage") {
        /// When it goes, in a named time zone.
        expiry_date_time: DateTimeTimeZone = "expiryDateTime",
        /// The note.
        message: ItemBody = "message",
        /// When it was written.
        published_date_time: DateTimeOffset = "publishedDateTime",
    }
}

resource! {
    /// A local time and the name of its zone.
    pub struct DateTimeTimeZone("microsoft.graph.dateTimeTimeZone") {
        /// The local time.
        date_time: String = "dateTime",
        /// The zone, by IANA's or Windows' name.
        time_zone: String = "timeZone",
    }
}

resource! {
    /// A text with its format.
    pub struct ItemBody("microsoft.graph.itemBody") {
        /// The text.
        content: Sensitive = "content",
        /// Its format.
        content_type: BodyType = "contentType",
    }
}

open_enum! {
    /// The format of a text.
    pub enum BodyType {
        /// Plain.
        Text = "text",
        /// HTML.
        Html = "html",
    }
}

resource! {
    /// Where a user works today.
    pub struct UserWorkLocation("microsoft.graph.userWorkLocation") {
        /// The place, where one is known.
        place_id: String = "placeId",
        /// Who said so.
        source: WorkLocationSource = "source",
        /// The kind of place.
        work_location_type: WorkLocationType = "workLocationType",
    }
}

open_enum! {
    /// Who said where a user works.
    pub enum WorkLocationSource {
        /// Nobody.
        None = "none",
        /// The user.
        Manual = "manual",
        /// The calendar.
        Scheduled = "scheduled",
        /// A device or network.
        Automatic = "automatic",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

open_enum! {
    /// The kind of place a user works at.
    pub enum WorkLocationType {
        /// Not told.
        Unspecified = "unspecified",
        /// An office.
        Office = "office",
        /// Elsewhere.
        Remote = "remote",
        /// Off work.
        TimeOff = "timeOff",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}
