//! What the parties are told in their Digital Post (rules A4, A7, A16, A21, A22, A25), in Danish and English. Names stand as
//! the placeholders `{owner}` and `{reader}`; mailbox-service fills them in.

mod approved;
mod begun;
mod ended;
mod expiring;
mod post;

use super::access::Access;
use super::desk::Presence;
use super::life::{EndReason, State};
use super::party::Party;
use super::words;
use post::Post;

/// A message to one of the parties.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Who gets it.
    pub to: Party,
    /// Subject in Danish.
    pub subject_da: String,
    /// Subject in English.
    pub subject_en: String,
    /// Text in Danish.
    pub body_da: String,
    /// Text in English.
    pub body_en: String,
    /// Whether the link "Se dine adgange til Digital Post" stands below it: where the party has something to decide.
    pub link: bool,
}

/// A change that the parties are told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    /// The access was given or asked for.
    Begun,
    /// The party whose approval was missing has approved.
    ApprovedBy(Party),
    /// The owner has set another expiry.
    ExpiryChanged,
    /// The expiry comes near.
    Expiring,
    /// The access has ended.
    Ended(EndReason),
}

/// The notices about `told`, of which `access` is the outcome. What a party does alone they need not be told; what was done
/// at a municipality's desk (`desk`: how the citizen's will came there) both are told.
pub fn notices(access: &Access, told: Told, desk: Option<Presence>) -> Vec<Notice> {
    let post = Post::of(access.scope);
    let until = expiry_sentence(access);
    let at_desk = desk.is_some();
    let notices = match (told, access.state) {
        (Told::Begun, State::Requested) => begun::requested(access, &post, &until, at_desk),
        (Told::Begun, _) => begun::given(&post, &until),
        (Told::ApprovedBy(by), _) => approved::approved(by, &post, &until, at_desk),
        (Told::ExpiryChanged, _) => expiring::changed(&post, &until, at_desk),
        (Told::Expiring, _) => expiring::near(&post, &until),
        (Told::Ended(reason), _) => ended::ended(reason, &post),
    };
    match desk {
        Some(presence) => notices.into_iter().map(|notice| notice.at_desk(presence)).collect(),
        None => notices,
    }
}

/// A sentence in both languages.
struct Sentence {
    da: String,
    en: String,
}

impl Sentence {
    fn new(da: &str, en: &str) -> Self {
        Self { da: da.to_owned(), en: en.to_owned() }
    }
}

fn expiry_sentence(access: &Access) -> Sentence {
    match access.last_day() {
        Some(day) => {
            let (da, en) = words::day(day);
            Sentence {
                da: format!("Læseadgangen gælder til og med den {da}."),
                en: format!("The read access lasts to the end of {en}."),
            }
        }
        None => Sentence::new("Læseadgangen udløber aldrig.", "The read access never expires."),
    }
}

impl Notice {
    fn new(to: Party, subject: Sentence, body: Sentence) -> Self {
        let (Sentence { da: subject_da, en: subject_en }, Sentence { da: body_da, en: body_en }) = (subject, body);
        Self { to, subject_da, subject_en, body_da, body_en, link: false }
    }

    /// With the link where the accesses are managed on the page it leads to.
    fn with_link(self, post: &Post) -> Self {
        Self { link: post.on_borger_dk(), ..self }
    }

    /// Says below that it was done at a municipality's desk.
    fn at_desk(mut self, presence: Presence) -> Self {
        let (da, en) = match presence {
            Presence::AppointmentSeen => (
                "Det er sket i Borgerservice, hvor kommunen har set værgebeskikkelsen.",
                "It was done at the municipality, which has seen the appointment of the guardian.",
            ),
            Presence::FormBrought => (
                "Det er sket i Borgerservice med en underskrevet fuldmagt.",
                "It was done at the municipality with a signed form.",
            ),
            Presence::Attended | Presence::Unable => {
                ("Det er sket i Borgerservice.", "It was done at the municipality.")
            }
        };
        self.body_da = format!("{}\n\n{da}", self.body_da);
        self.body_en = format!("{}\n\n{en}", self.body_en);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Expiry;
    use crate::domain::Scope;
    use crate::domain::scope::PrivateRight;
    use kernel::{AccessId, Date, PersonId, Portal, SystemRandom, Timestamp};

    fn access(state: State) -> Access {
        let now = Timestamp::from_micros(0);
        Access {
            id: AccessId::new(now, &SystemRandom),
            owner: PersonId::new(now, &SystemRandom),
            reader: PersonId::new(now, &SystemRandom),
            scope: Scope::PublicPost,
            version: 1,
            state,
            expiry: Expiry::On(Date::parse("2027-05-31").expect("a date")),
            guardianship: None,
            create_time: now,
            lapse_time: now,
            approve_time: None,
            end_time: None,
        }
    }

    fn told(state: State, told: Told) -> Vec<(Party, bool)> {
        notices(&access(state), told, None).iter().map(|notice| (notice.to, notice.link)).collect()
    }

    #[test]
    fn who_is_told_what_and_gets_the_link() {
        use Party::{Owner, Reader};
        assert_eq!(told(State::Offered, Told::Begun), [(Owner, false), (Reader, true)]);
        assert_eq!(told(State::Requested, Told::Begun), [(Owner, true)]);
        assert_eq!(told(State::Active, Told::ApprovedBy(Reader)), [(Owner, false)]);
        assert_eq!(told(State::Active, Told::ApprovedBy(Owner)), [(Reader, false)]);
        assert_eq!(told(State::Active, Told::ExpiryChanged), [(Reader, false)]);
        assert_eq!(told(State::Active, Told::Expiring), [(Owner, true), (Reader, false)]);
        let ended = EndReason::Lapsed;
        assert_eq!(told(State::Ended(ended), Told::Ended(ended)), [(Owner, false), (Reader, false)]);
    }

    #[test]
    fn each_names_the_other_party_and_the_offer_its_last_day() {
        for notice in notices(&access(State::Offered), Told::Begun, None) {
            let other = if notice.to == Party::Owner { "{reader}" } else { "{owner}" };
            for body in [&notice.body_da, &notice.body_en] {
                assert!(body.contains(other), "{body}");
            }
            assert!(notice.body_da.contains("31. maj 2027") && notice.body_en.contains("31 May 2027"));
        }
    }

    #[test]
    fn what_is_done_at_the_desk_both_are_told() {
        let ended = EndReason::RemovedByMunicipality;
        for (state, told) in [
            (State::Offered, Told::Begun),
            (State::Requested, Told::Begun),
            (State::Active, Told::ApprovedBy(Party::Owner)),
            (State::Active, Told::ApprovedBy(Party::Reader)),
            (State::Active, Told::ExpiryChanged),
            (State::Ended(ended), Told::Ended(ended)),
        ] {
            let notices = notices(&access(state), told, Some(Presence::Attended));
            let mut to: Vec<Party> = notices.iter().map(|notice| notice.to).collect();
            to.sort_by_key(|party| *party == Party::Reader);
            assert_eq!(to, [Party::Owner, Party::Reader], "{told:?}");
            assert!(notices.iter().all(|notice| notice.body_da.contains("Borgerservice")));
        }
    }

    #[test]
    fn private_post_is_never_called_public() {
        let scope = Scope::PrivatePost { portal: Portal::EBoks, right: PrivateRight::Read };
        let ended = EndReason::Expired;
        for told in
            [Told::Begun, Told::ApprovedBy(Party::Owner), Told::ExpiryChanged, Told::Expiring, Told::Ended(ended)]
        {
            for notice in notices(&Access { scope, ..access(State::Offered) }, told, None) {
                let text = format!("{} {}", notice.body_da, notice.body_en);
                assert!(!text.contains("offentlige") && !text.contains("public") && !text.contains("borger.dk"));
                assert!(text.contains("e-Boks") && !notice.link, "{text}");
            }
        }
    }
}
