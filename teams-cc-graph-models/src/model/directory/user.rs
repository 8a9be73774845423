//! The [user resource](https://learn.microsoft.com/graph/api/resources/user), as far as finding people needs it.

use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// A user of a directory. What is not named here stays in `additional`.
    pub struct User("microsoft.graph.user") {
        /// The object id.
        id: String = "id",
        /// Whether the user may sign in.
        account_enabled: bool = "accountEnabled",
        /// The phones at work.
        business_phones: Vec<Sensitive> = "businessPhones",
        /// The city.
        city: Sensitive = "city",
        /// The company.
        company_name: Sensitive = "companyName",
        /// The country.
        country: String = "country",
        /// When the account was made.
        created_date_time: DateTimeOffset = "createdDateTime",
        /// The department.
        department: String = "department",
        /// The name to show.
        display_name: Sensitive = "displayName",
        /// The number the employer gave.
        employee_id: Sensitive = "employeeId",
        /// The first name.
        given_name: Sensitive = "givenName",
        /// Addresses of instant messaging and SIP.
        im_addresses: Vec<Sensitive> = "imAddresses",
        /// The job.
        job_title: Sensitive = "jobTitle",
        /// The mail address.
        mail: Sensitive = "mail",
        /// The alias of the mailbox.
        mail_nickname: Sensitive = "mailNickname",
        /// The mobile phone.
        mobile_phone: Sensitive = "mobilePhone",
        /// The office.
        office_location: Sensitive = "officeLocation",
        /// More mail addresses.
        other_mails: Vec<Sensitive> = "otherMails",
        /// The postal code.
        postal_code: Sensitive = "postalCode",
        /// The language, such as `en-US`.
        preferred_language: String = "preferredLanguage",
        /// Every address of the mailbox, with its kind in front.
        proxy_addresses: Vec<Sensitive> = "proxyAddresses",
        /// The state.
        state: String = "state",
        /// The street.
        street_address: Sensitive = "streetAddress",
        /// The last name.
        surname: Sensitive = "surname",
        /// The country of the licences.
        usage_location: String = "usageLocation",
        /// The name to sign in with.
        user_principal_name: Sensitive = "userPrincipalName",
        /// A member of the tenant or a guest.
        user_type: UserType = "userType",
    }
}

open_enum! {
    /// Whether a user belongs to the tenant.
    pub enum UserType {
        /// The user belongs to it.
        Member = "Member",
        /// The user is a guest.
        Guest = "Guest",
    }
}
