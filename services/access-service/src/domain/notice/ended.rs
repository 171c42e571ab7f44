//! An access has ended, and why (rule A21).

use super::post::Post;
use super::{Notice, Sentence};
use crate::domain::{EndReason, Party};

pub(super) fn ended(reason: EndReason, post: &Post) -> Vec<Notice> {
    vec![for_owner(reason, post), for_reader(reason, post)]
}

fn for_owner(reason: EndReason, post: &Post) -> Notice {
    let Post { short_da, short_en, full_da, full_en, .. } = post;
    let why = why(reason, Party::Owner);
    Notice::new(
        Party::Owner,
        Sentence {
            da: format!("Læseadgang til din {short_da} er ophørt"),
            en: format!("Read access to your {short_en} has ended"),
        },
        Sentence {
            da: format!("Læseadgangen til din {full_da} for {{reader}} er ophørt.\n\n{}", why.da),
            en: format!("The read access of {{reader}} to your {full_en} has ended.\n\n{}", why.en),
        },
    )
}

fn for_reader(reason: EndReason, post: &Post) -> Notice {
    let Post { short_da, short_en, full_da, full_en, .. } = post;
    let why = why(reason, Party::Reader);
    Notice::new(
        Party::Reader,
        Sentence {
            da: format!("Din læseadgang til en andens {short_da} er ophørt"),
            en: format!("Your read access to another's {short_en} has ended"),
        },
        Sentence {
            da: format!("Din læseadgang til {full_da} hos {{owner}} er ophørt.\n\n{}", why.da),
            en: format!("Your read access to the {full_en} of {{owner}} has ended.\n\n{}", why.en),
        },
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
        EndReason::RemovedByMunicipality => {
            Sentence::new("Den er fjernet af kommunen.", "It was removed by the municipality.")
        }
        EndReason::Expired => Sentence::new("Den er udløbet.", "It has expired."),
        EndReason::ClosedMailbox => Sentence::new(
            "Den er ophørt, fordi en af postkasserne er lukket.",
            "It has ended because one of the mailboxes is closed.",
        ),
    }
}
