//! What the parties are told in their Digital Post (rules A4, A7, A21, A22), in Danish and English. Names stand as the
//! placeholders `{owner}` and `{reader}`; mailbox-service fills them in.

use super::access::{Access, Party};
use super::expiry::Expiry;
use super::life::{EndReason, State};
use super::words;

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
    /// The access has ended.
    Ended(EndReason),
}

/// The notices about `told`, of which `access` is the outcome.
pub fn notices(access: &Access, told: Told) -> Vec<Notice> {
    let until = expiry_sentence(access.expiry);
    match (told, access.state) {
        (Told::Begun, State::Requested) => vec![requested(&until)],
        (Told::Begun, _) => vec![given(&until), received(&until)],
        (Told::ApprovedBy(Party::Reader), _) => vec![offer_approved(&until)],
        (Told::ApprovedBy(Party::Owner), _) => vec![request_approved(&until)],
        (Told::ExpiryChanged, _) => vec![expiry_changed(&until)],
        (Told::Ended(reason), _) => vec![ended_for_owner(reason), ended_for_reader(reason)],
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

fn expiry_sentence(expiry: Expiry) -> Sentence {
    match expiry {
        Expiry::On(date) => {
            let (da, en) = words::day(date);
            Sentence {
                da: format!("Læseadgangen gælder til og med den {da}."),
                en: format!("The read access lasts to the end of {en}."),
            }
        }
        Expiry::Never => Sentence::new("Læseadgangen udløber aldrig.", "The read access never expires."),
    }
}

fn notice(to: Party, subject: (&str, &str), body_da: String, body_en: String) -> Notice {
    let (subject_da, subject_en) = (subject.0.to_owned(), subject.1.to_owned());
    Notice { to, subject_da, subject_en, body_da, body_en, link: false }
}

fn given(until: &Sentence) -> Notice {
    notice(
        Party::Owner,
        ("Du har givet læseadgang til din Digital Post", "You have given read access to your Digital Post"),
        format!(
            "Du har givet {{reader}} læseadgang til din Digital Post fra offentlige myndigheder.\n\n{}\n\n\
             Adgangen gælder først, når {{reader}} har godkendt den. Du kan altid fjerne den igen på borger.dk.",
            until.da
        ),
        format!(
            "You have given {{reader}} read access to your Digital Post from public authorities.\n\n{}\n\n\
             It takes effect when {{reader}} has approved it. You can remove it at any time on borger.dk.",
            until.en
        ),
    )
}

fn received(until: &Sentence) -> Notice {
    let received = notice(
        Party::Reader,
        (
            "Du har fået læseadgang til en andens Digital Post",
            "You have been given read access to another's Digital Post",
        ),
        format!(
            "{{owner}} har givet dig læseadgang til sin Digital Post fra offentlige myndigheder.\n\n{}\n\n\
             Adgangen mangler din godkendelse og gælder først, når du har godkendt den på borger.dk.",
            until.da
        ),
        format!(
            "{{owner}} has given you read access to their Digital Post from public authorities.\n\n{}\n\n\
             It is awaiting your approval and takes effect when you have approved it on borger.dk.",
            until.en
        ),
    );
    Notice { link: true, ..received }
}

fn requested(until: &Sentence) -> Notice {
    let requested = notice(
        Party::Owner,
        ("Anmodning om læseadgang til din Digital Post", "Request for read access to your Digital Post"),
        format!(
            "{{reader}} har anmodet om læseadgang til din Digital Post fra offentlige myndigheder.\n\n{}\n\n\
             Anmodningen mangler din godkendelse. {{reader}} har ingen adgang, før du har godkendt den på borger.dk.",
            until.da
        ),
        format!(
            "{{reader}} has asked for read access to your Digital Post from public authorities.\n\n{}\n\n\
             The request is awaiting your approval. {{reader}} has no access until you have approved it on borger.dk.",
            until.en
        ),
    );
    Notice { link: true, ..requested }
}

fn offer_approved(until: &Sentence) -> Notice {
    notice(
        Party::Owner,
        ("Den læseadgang, du har givet, er godkendt", "The read access you gave has been approved"),
        format!(
            "{{reader}} har godkendt læseadgangen til din Digital Post fra offentlige myndigheder.\n\n{}\n\n\
             Du kan altid fjerne den igen på borger.dk.",
            until.da
        ),
        format!(
            "{{reader}} has approved the read access to your Digital Post from public authorities.\n\n{}\n\n\
             You can remove it at any time on borger.dk.",
            until.en
        ),
    )
}

fn request_approved(until: &Sentence) -> Notice {
    notice(
        Party::Reader,
        ("Din anmodning om læseadgang er godkendt", "Your request for read access has been approved"),
        format!(
            "{{owner}} har godkendt din anmodning om læseadgang til sin Digital Post fra offentlige myndigheder.\n\n{}\n\n\
             Skift postkasse for at se posten.",
            until.da
        ),
        format!(
            "{{owner}} has approved your request for read access to their Digital Post from public authorities.\n\n{}\n\n\
             Switch mailbox to see the post.",
            until.en
        ),
    )
}

fn expiry_changed(until: &Sentence) -> Notice {
    notice(
        Party::Reader,
        ("Udløbsdatoen for din læseadgang er ændret", "The expiry of your read access has been changed"),
        format!("{{owner}} har ændret udløbsdatoen for din læseadgang til sin Digital Post.\n\n{}", until.da),
        format!("{{owner}} has changed the expiry of your read access to their Digital Post.\n\n{}", until.en),
    )
}

fn ended_for_owner(reason: EndReason) -> Notice {
    let why = why(reason, Party::Owner);
    notice(
        Party::Owner,
        ("Læseadgang til din Digital Post er ophørt", "Read access to your Digital Post has ended"),
        format!("Læseadgangen til din Digital Post fra offentlige myndigheder for {{reader}} er ophørt.\n\n{}", why.da),
        format!("The read access of {{reader}} to your Digital Post from public authorities has ended.\n\n{}", why.en),
    )
}

fn ended_for_reader(reason: EndReason) -> Notice {
    let why = why(reason, Party::Reader);
    notice(
        Party::Reader,
        ("Din læseadgang til en andens Digital Post er ophørt", "Your read access to another's Digital Post has ended"),
        format!("Din læseadgang til Digital Post fra offentlige myndigheder hos {{owner}} er ophørt.\n\n{}", why.da),
        format!("Your read access to the Digital Post of {{owner}} from public authorities has ended.\n\n{}", why.en),
    )
}

fn why(reason: EndReason, told: Party) -> Sentence {
    match reason {
        EndReason::Withdrawn => Sentence::new(
            "Den blev trukket tilbage, før den var godkendt.",
            "It was withdrawn before it had been approved.",
        ),
        EndReason::Declined => Sentence::new("Den blev afvist.", "It was declined."),
        EndReason::Lapsed => Sentence::new(
            "Den er bortfaldet, fordi den ikke blev godkendt i tide.",
            "It has lapsed because it was not approved in time.",
        ),
        EndReason::RemovedBy(party) if party == told => {
            Sentence::new("Du har selv fjernet den.", "You have removed it yourself.")
        }
        EndReason::RemovedBy(_) => {
            Sentence::new("Den er fjernet af den anden part.", "It was removed by the other party.")
        }
        EndReason::Expired => Sentence::new("Den er udløbet.", "It has expired."),
        EndReason::ClosedMailbox => Sentence::new(
            "Den er ophørt, fordi en af postkasserne er lukket.",
            "It has ended because one of the mailboxes is closed.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Scope;
    use kernel::{AccessId, Date, PersonId, SystemRandom, Timestamp};

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
            create_time: now,
            lapse_time: now,
            approve_time: None,
            end_time: None,
        }
    }

    fn told(state: State, told: Told) -> Vec<(Party, bool)> {
        notices(&access(state), told).iter().map(|notice| (notice.to, notice.link)).collect()
    }

    #[test]
    fn who_is_told_what_and_gets_the_link() {
        use Party::{Owner, Reader};
        assert_eq!(told(State::Offered, Told::Begun), [(Owner, false), (Reader, true)]);
        assert_eq!(told(State::Requested, Told::Begun), [(Owner, true)]);
        assert_eq!(told(State::Active, Told::ApprovedBy(Reader)), [(Owner, false)]);
        assert_eq!(told(State::Active, Told::ApprovedBy(Owner)), [(Reader, false)]);
        assert_eq!(told(State::Active, Told::ExpiryChanged), [(Reader, false)]);
        let ended = EndReason::Lapsed;
        assert_eq!(told(State::Ended(ended), Told::Ended(ended)), [(Owner, false), (Reader, false)]);
    }

    #[test]
    fn each_names_the_other_party_and_the_offer_its_last_day() {
        for notice in notices(&access(State::Offered), Told::Begun) {
            let other = if notice.to == Party::Owner { "{reader}" } else { "{owner}" };
            for body in [&notice.body_da, &notice.body_en] {
                assert!(body.contains(other), "{body}");
            }
            assert!(notice.body_da.contains("31. maj 2027") && notice.body_en.contains("31 May 2027"));
        }
    }
}
