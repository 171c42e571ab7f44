//! The approval that was missing is there (rules A5, A7).

use super::post::Post;
use super::{Notice, Sentence};
use crate::domain::Party;

/// The one who approved is told only of what a caseworker did for them.
pub(super) fn approved(by: Party, post: &Post, until: &Sentence, at_desk: bool) -> Vec<Notice> {
    let to_other = match by {
        Party::Reader => offer_approved(post, until),
        Party::Owner => request_approved(post, until),
    };
    if at_desk { vec![to_other, registered(by, post, until)] } else { vec![to_other] }
}

fn offer_approved(post: &Post, until: &Sentence) -> Notice {
    let Post { full_da, full_en, portal, .. } = post;
    Notice::new(
        Party::Owner,
        Sentence::new("Den læseadgang, du har givet, er godkendt", "The read access you gave has been approved"),
        Sentence {
            da: format!(
                "{{reader}} har godkendt læseadgangen til din {full_da}.\n\n{}\n\n\
                 Du kan altid fjerne den igen på {portal}.",
                until.da
            ),
            en: format!(
                "{{reader}} has approved the read access to your {full_en}.\n\n{}\n\n\
                 You can remove it at any time on {portal}.",
                until.en
            ),
        },
    )
}

fn request_approved(post: &Post, until: &Sentence) -> Notice {
    let Post { full_da, full_en, .. } = post;
    Notice::new(
        Party::Reader,
        Sentence::new("Din anmodning om læseadgang er godkendt", "Your request for read access has been approved"),
        Sentence {
            da: format!(
                "Din anmodning til {{owner}} om læseadgang til {full_da} er godkendt.\n\n{}\n\n\
                 Skift postkasse for at se posten.",
                until.da
            ),
            en: format!(
                "Your request to {{owner}} for read access to their {full_en} has been approved.\n\n{}\n\n\
                 Switch mailbox to see the post.",
                until.en
            ),
        },
    )
}

fn registered(by: Party, post: &Post, until: &Sentence) -> Notice {
    let Post { full_da, full_en, .. } = post;
    let subject = Sentence::new("En læseadgang er godkendt i Borgerservice", "A read access was approved for you");
    let body = match by {
        Party::Owner => Sentence {
            da: format!("{{reader}} har nu læseadgang til din {full_da}.\n\n{}", until.da),
            en: format!("{{reader}} now has read access to your {full_en}.\n\n{}", until.en),
        },
        Party::Reader => Sentence {
            da: format!("Du har nu læseadgang til {full_da} hos {{owner}}.\n\n{}", until.da),
            en: format!("You now have read access to the {full_en} of {{owner}}.\n\n{}", until.en),
        },
    };
    Notice::new(by, subject, body)
}
