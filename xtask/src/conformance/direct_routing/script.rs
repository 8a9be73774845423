//! What happens in most calls, step by step.
//!
//! A set-up bears with whatever it is not about, such as an ACK that does not come: another check
//! is about that. What it cannot do without leaves the row not judged.

use std::time::Duration;

use super::{
    dialog::Dialog,
    message::{self, Body, Extra, carrier_sdp, teams_sdp},
    site::PROXIES,
    stage::{Heard, Side, Stage},
    verdict::{Fault, Setup, broken},
};

/// How long a set-up waits for what it can do without.
const PATIENCE: Duration = Duration::from_millis(400);
/// Where Teams wants requests within a call: not where it sends from.
pub(super) const TEAMS_CONTACT: &str = "<sip:api-du-a-euwe.pstnhub.microsoft.com:443;x-i=1;x-c=2>";
/// The one hop on the way there.
pub(super) const TEAMS_ROUTE: &str = "<sip:sip.pstnhub.microsoft.com:5061;transport=tls;lr>";
/// What the Microsoft side lists in Allow: neither REFER, nor PRACK, nor UPDATE.
const TEAMS_ALLOW: &str = "INVITE,ACK,OPTIONS,CANCEL,BYE,NOTIFY";

/// A call from the carrier to a Teams user.
#[derive(Debug)]
pub(super) struct IntoTeams {
    pub(super) carrier: Dialog,
    /// The INVITE of the subject.
    pub(super) invite: Heard,
    pub(super) teams: Dialog,
}

/// A call from a Teams user to the carrier.
#[derive(Debug)]
pub(super) struct OutOfTeams {
    pub(super) teams: Dialog,
    /// The INVITE of the subject.
    pub(super) invite: Heard,
    pub(super) carrier: Dialog,
}

impl Stage {
    /// The carrier sends an INVITE for a number.
    pub(super) fn carrier_calls(
        &mut self,
        number: &str,
        extra: &[Extra<'_>],
    ) -> Result<Dialog, Fault> {
        self.serial += 1;
        let (serial, at, subject) = (self.serial, self.carrier_at, self.site.carrier);
        let (user, rest) = number
            .split_once(';')
            .map_or((number, String::new()), |(user, rest)| (user, format!(";{rest}")));
        let mut dialog = Dialog::calling(
            Side::Carrier,
            self.carrier(),
            &format!("carrier-{serial}-{}", at.port()),
            &format!("sip:{user}{rest}@{subject};user=phone"),
            &format!("<sip:{}@{at};user=phone>;tag=c{serial}", self.site.caller),
            &format!("<sip:{user}{rest}@{subject};user=phone>"),
        );
        self.ask(&mut dialog, "INVITE", extra, Some(&carrier_sdp("sendrecv", 1)))?;
        Ok(dialog)
    }

    /// The carrier calls a Teams user; the subject's INVITE is at a proxy, unanswered.
    pub(super) async fn rings_in(&mut self) -> Result<IntoTeams, Fault> {
        let number = self.site.tenant().number.clone();
        self.rings_in_at(&number).await.for_set_up()
    }

    /// The same for another number.
    pub(super) async fn rings_in_at(&mut self, number: &str) -> Result<IntoTeams, Fault> {
        let carrier = self.carrier_calls(number, &[])?;
        let invite = self.invite_at_a_proxy().await?;
        let conn = self.teams().await?;
        let teams = Dialog::called(&invite, &format!("t{}", self.serial), conn);
        Ok(IntoTeams { carrier, invite, teams })
    }

    /// The carrier calls a Teams user, who answers.
    pub(super) async fn answered_in(&mut self) -> Result<IntoTeams, Fault> {
        let mut call = self.rings_in().await?;
        self.respond(&call.invite, 180, &call.teams, &[], None)?;
        self.take_up(&mut call, &[]).await.for_set_up()?;
        Ok(call)
    }

    /// The Teams user answers; the carrier hears of it.
    pub(super) async fn take_up(
        &mut self,
        call: &mut IntoTeams,
        extra: &[Extra<'_>],
    ) -> Result<(), Fault> {
        self.respond(&call.invite, 200, &call.teams, extra, Some(&teams_sdp("sendrecv", 1)))?;
        self.carrier_hears_the_answer(call).await
    }

    /// The carrier gets its 200 and acknowledges; the ACK at the proxy is borne with if missing.
    pub(super) async fn carrier_hears_the_answer(
        &mut self,
        call: &mut IntoTeams,
    ) -> Result<(), Fault> {
        let ok = self.response(&call.carrier, "INVITE", 200..=200).await?;
        call.carrier.settle(&ok.wire);
        self.acknowledge(&call.carrier, ok.wire.cseq_number())?;
        let _ = self.request_of(&call.teams, "ACK", PATIENCE).await;
        Ok(())
    }

    /// Teams sends an INVITE to the subject.
    pub(super) async fn teams_calls(
        &mut self,
        number: &str,
        extra: &[Extra<'_>],
        body: Option<&Body>,
    ) -> Result<Dialog, Fault> {
        let host = self.site.tenant().host.clone();
        let uri = format!("sip:{number}@{host}:5061;user=phone;transport=tls");
        let conn = self.teams().await?;
        self.teams_calls_uri(conn, &uri, extra, body)
    }

    /// The same with a Request-URI and a connection of one's own.
    pub(super) fn teams_calls_uri(
        &mut self,
        conn: super::stage::ConnId,
        uri: &str,
        extra: &[Extra<'_>],
        body: Option<&Body>,
    ) -> Result<Dialog, Fault> {
        self.serial += 1;
        let serial = self.serial;
        let host = super::wire::host_of(uri).to_owned();
        let user = super::wire::user_of(uri).split(';').next().unwrap_or_default().to_owned();
        let mut dialog = Dialog::calling(
            Side::Proxy(0),
            conn,
            &format!("teams-{serial}-{}", self.carrier_at.port()),
            uri,
            &format!("\"Ann\" <sip:+14255550111@{};user=phone>;tag=u{serial}", PROXIES[0]),
            &if user.is_empty() {
                format!("<sip:{host}>")
            } else {
                format!("<sip:{user}@{host};user=phone>")
            },
        );
        let mut headers = extra.to_vec();
        for (name, value) in
            [("Contact", TEAMS_CONTACT), ("Record-Route", TEAMS_ROUTE), ("Allow", TEAMS_ALLOW)]
        {
            if !extra.iter().any(|(given, _)| *given == name) {
                headers.push((name, value));
            }
        }
        if let Some(at) = headers.iter().position(|(name, _)| *name == "From") {
            // A From of one's own keeps the tag.
            dialog.local = format!("{};tag=u{serial}", headers.remove(at).1);
        }
        self.ask(&mut dialog, "INVITE", &headers, body)?;
        Ok(dialog)
    }

    /// Teams calls out; the subject's INVITE is at the carrier, unanswered.
    pub(super) async fn rings_out(&mut self, extra: &[Extra<'_>]) -> Result<OutOfTeams, Fault> {
        let number = self.site.outside.clone();
        let offer = teams_sdp("sendrecv", 1);
        let teams = self.teams_calls(&number, extra, Some(&offer)).await?;
        self.reaches_the_carrier(teams).await
    }

    /// The subject passes an INVITE from Teams on to the carrier.
    pub(super) async fn reaches_the_carrier(&mut self, teams: Dialog) -> Result<OutOfTeams, Fault> {
        let step = self.site.limits.step;
        let invite = self
            .expect("INVITE at the carrier", step, |heard| {
                heard.side == Side::Carrier && heard.wire.method() == Some("INVITE")
            })
            .await?;
        let conn = self.carrier();
        let carrier = Dialog::called(&invite, &format!("k{}", self.serial), conn);
        Ok(OutOfTeams { teams, invite, carrier })
    }

    /// Teams calls out and the carrier's party answers.
    pub(super) async fn answered_out(&mut self, extra: &[Extra<'_>]) -> Result<OutOfTeams, Fault> {
        let mut call = self.rings_out(extra).await.for_set_up()?;
        self.respond(&call.invite, 180, &call.carrier, &[], None)?;
        self.party_answers(&mut call).await.for_set_up()?;
        Ok(call)
    }

    /// The carrier's party answers; Teams hears of it and acknowledges. Tells the 200.
    pub(super) async fn party_answers(&mut self, call: &mut OutOfTeams) -> Result<Heard, Fault> {
        let answer = carrier_sdp("sendrecv", 1);
        self.respond(&call.invite, 200, &call.carrier, &[], Some(&answer))?;
        let ok = self.response(&call.teams, "INVITE", 200..=200).await?;
        call.teams.settle(&ok.wire);
        self.acknowledge(&call.teams, ok.wire.cseq_number())?;
        let _ = self.request_of(&call.carrier, "ACK", PATIENCE).await;
        Ok(ok)
    }

    /// Answers a request as one end of a call.
    pub(super) fn respond(
        &mut self,
        heard: &Heard,
        status: u16,
        dialog: &Dialog,
        extra: &[Extra<'_>],
        body: Option<&Body>,
    ) -> Result<(), Fault> {
        self.respond_as(heard, status, dialog.tag(), extra, body)
    }

    /// Answers a request under a tag: each fork of a call has its own.
    pub(super) fn respond_as(
        &mut self,
        heard: &Heard,
        status: u16,
        tag: &str,
        extra: &[Extra<'_>],
        body: Option<&Body>,
    ) -> Result<(), Fault> {
        let contact = format!("<sip:carrier@{}>", self.carrier_at);
        let mut headers = extra.to_vec();
        let dialog = heard.wire.method() == Some("INVITE") && (101..300).contains(&status);
        if dialog && !extra.iter().any(|(name, _)| *name == "Contact") {
            headers.push(("Contact", if heard.side.is_teams() { TEAMS_CONTACT } else { &contact }));
        }
        if dialog && heard.side.is_teams() {
            headers.push(("Allow", TEAMS_ALLOW));
            if heard.wire.get("To").contains("tag=") {
                headers.retain(|(name, _)| *name != "Record-Route");
            } else if !extra.iter().any(|(name, _)| *name == "Record-Route") {
                headers.push(("Record-Route", TEAMS_ROUTE));
            }
        }
        let octets = message::reply(&heard.wire, status, tag, &headers, body);
        self.send(heard.conn, octets)
    }

    /// An INVITE of the subject that sets a call up, at whichever proxy.
    pub(super) async fn invite_at_a_proxy(&mut self) -> Result<Heard, Fault> {
        let step = self.site.limits.step;
        self.expect("INVITE at a proxy", step, |heard| {
            heard.side.is_teams()
                && heard.wire.method() == Some("INVITE")
                && !heard.wire.get("To").contains("tag=")
        })
        .await
    }

    /// A response within a call.
    pub(super) async fn response(
        &mut self,
        dialog: &Dialog,
        method: &str,
        statuses: std::ops::RangeInclusive<u16>,
    ) -> Result<Heard, Fault> {
        let what = format!("{}-{} to {method}", statuses.start(), statuses.end());
        let step = self.site.limits.step;
        self.expect(&what, step, |heard| {
            dialog.has(heard)
                && heard.wire.cseq_method() == method
                && heard.wire.status().is_some_and(|status| statuses.contains(&status))
        })
        .await
    }

    /// The final response to a request of this number.
    pub(super) async fn final_of(&mut self, dialog: &Dialog, number: u32) -> Result<Heard, Fault> {
        let step = self.site.limits.step;
        self.expect("final response", step, |heard| {
            dialog.has(heard)
                && heard.wire.cseq_number() == number
                && heard.wire.status().is_some_and(|status| status >= 200)
        })
        .await
    }

    /// A request of the subject within a call.
    pub(super) async fn request_of(
        &mut self,
        dialog: &Dialog,
        method: &str,
        within: Duration,
    ) -> Result<Heard, Fault> {
        let what = format!("{method} at the {}", dialog.side.name());
        self.expect(&what, within, |heard| dialog.has(heard) && heard.wire.method() == Some(method))
            .await
    }

    /// Sends a request of a call and waits for its final response.
    pub(super) async fn exchange(
        &mut self,
        dialog: &mut Dialog,
        method: &str,
        extra: &[Extra<'_>],
        body: Option<&Body>,
    ) -> Result<Heard, Fault> {
        let number = self.ask(dialog, method, extra, body)?;
        self.final_of(dialog, number).await
    }

    /// Breaks the row if such a message comes while nothing should.
    pub(super) async fn stays_quiet(
        &mut self,
        what: &str,
        is_it: impl Fn(&Heard) -> bool,
    ) -> Result<(), Fault> {
        let quiet = self.site.limits.quiet;
        match self.expect(what, quiet, is_it).await {
            Ok(heard) => broken(format!("{what}: {}", heard.wire.summary())),
            Err(_) => Ok(()),
        }
    }

    /// Hangs up on both sides; whatever becomes of it is not looked at.
    pub(super) async fn hang_up(&mut self, mut from: Dialog, other: &Dialog) {
        let _ = self.ask(&mut from, "BYE", &[], None);
        if let Ok(bye) = self.request_of(other, "BYE", PATIENCE).await {
            let _ = self.respond(&bye, 200, other, &[], None);
        }
    }
}
