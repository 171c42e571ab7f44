//! When the access will end (rule A22).

use super::post::Post;
use super::{Notice, Sentence};
use crate::domain::Party;

/// The owner has set another expiry, and is told so themselves only of what a caseworker did for them.
pub(super) fn changed(post: &Post, until: &Sentence, at_desk: bool) -> Vec<Notice> {
    let to_reader = changed_for_reader(post, until);
    if at_desk { vec![to_reader, changed_for_owner(post, until)] } else { vec![to_reader] }
}

fn changed_for_reader(post: &Post, until: &Sentence) -> Notice {
    let Post { full_da, full_en, .. } = post;
    Notice::new(
        Party::Reader,
        Sentence::new("Udløbsdatoen for din læseadgang er ændret", "The expiry of your read access has been changed"),
        Sentence {
            da: format!("{{owner}} har ændret udløbsdatoen for din læseadgang til sin {full_da}.\n\n{}", until.da),
            en: format!("{{owner}} has changed the expiry of your read access to their {full_en}.\n\n{}", until.en),
        },
    )
}

fn changed_for_owner(post: &Post, until: &Sentence) -> Notice {
    let Post { short_da, short_en, full_da, full_en, .. } = post;
    Notice::new(
        Party::Owner,
        Sentence {
            da: format!("Udløbsdatoen for en læseadgang til din {short_da} er ændret"),
            en: format!("The expiry of a read access to your {short_en} has been changed"),
        },
        Sentence {
            da: format!("Udløbsdatoen for læseadgangen til din {full_da} for {{reader}} er ændret.\n\n{}", until.da),
            en: format!(
                "The expiry of the read access of {{reader}} to your {full_en} has been changed.\n\n{}",
                until.en
            ),
        },
    )
}

/// The expiry comes near: both are reminded.
pub(super) fn near(post: &Post, until: &Sentence) -> Vec<Notice> {
    vec![near_for_owner(post, until), near_for_reader(post, until)]
}

fn near_for_owner(post: &Post, until: &Sentence) -> Notice {
    let Post { short_da, short_en, full_da, full_en, portal, .. } = post;
    let notice = Notice::new(
        Party::Owner,
        Sentence {
            da: format!("En læseadgang til din {short_da} udløber snart"),
            en: format!("A read access to your {short_en} expires soon"),
        },
        Sentence {
            da: format!(
                "Læseadgangen til din {full_da} for {{reader}} udløber snart.\n\n{}\n\n\
                 Du kan ændre udløbsdatoen på {portal}.",
                until.da
            ),
            en: format!(
                "The read access of {{reader}} to your {full_en} expires soon.\n\n{}\n\n\
                 You can change the expiry on {portal}.",
                until.en
            ),
        },
    );
    notice.with_link(post)
}

fn near_for_reader(post: &Post, until: &Sentence) -> Notice {
    let Post { short_da, short_en, full_da, full_en, .. } = post;
    Notice::new(
        Party::Reader,
        Sentence {
            da: format!("Din læseadgang til en andens {short_da} udløber snart"),
            en: format!("Your read access to another's {short_en} expires soon"),
        },
        Sentence {
            da: format!("Din læseadgang til {full_da} hos {{owner}} udløber snart.\n\n{}", until.da),
            en: format!("Your read access to the {full_en} of {{owner}} expires soon.\n\n{}", until.en),
        },
    )
}
