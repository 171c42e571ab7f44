//! An access was given or asked for (rules A4, A7, A13).

use super::post::Post;
use super::{Notice, Sentence};
use crate::domain::{Access, Party};

pub(super) fn given(post: &Post, until: &Sentence) -> Vec<Notice> {
    vec![to_giver(post, until), to_receiver(post, until)]
}

fn to_giver(post: &Post, until: &Sentence) -> Notice {
    let Post { short_da, short_en, full_da, full_en, portal, .. } = post;
    Notice::new(
        Party::Owner,
        Sentence {
            da: format!("Du har givet læseadgang til din {short_da}"),
            en: format!("You have given read access to your {short_en}"),
        },
        Sentence {
            da: format!(
                "Du har givet {{reader}} læseadgang til din {full_da}.\n\n{}\n\n\
                 Adgangen gælder først, når {{reader}} har godkendt den. Du kan altid fjerne den igen på {portal}.",
                until.da
            ),
            en: format!(
                "You have given {{reader}} read access to your {full_en}.\n\n{}\n\n\
                 It takes effect when {{reader}} has approved it. You can remove it at any time on {portal}.",
                until.en
            ),
        },
    )
}

fn to_receiver(post: &Post, until: &Sentence) -> Notice {
    let Post { short_da, short_en, full_da, full_en, portal, .. } = post;
    let received = Notice::new(
        Party::Reader,
        Sentence {
            da: format!("Du har fået læseadgang til en andens {short_da}"),
            en: format!("You have been given read access to another's {short_en}"),
        },
        Sentence {
            da: format!(
                "{{owner}} har givet dig læseadgang til sin {full_da}.\n\n{}\n\n\
                 Adgangen mangler din godkendelse og gælder først, når du har godkendt den på {portal}.",
                until.da
            ),
            en: format!(
                "{{owner}} has given you read access to their {full_en}.\n\n{}\n\n\
                 It is awaiting your approval and takes effect when you have approved it on {portal}.",
                until.en
            ),
        },
    );
    received.with_link(post)
}

/// The one who asks is told only of what a caseworker did for them.
pub(super) fn requested(access: &Access, post: &Post, until: &Sentence, at_desk: bool) -> Vec<Notice> {
    let asked = to_asked(access, post, until);
    if at_desk { vec![asked, to_asker(post, until)] } else { vec![asked] }
}

fn to_asked(access: &Access, post: &Post, until: &Sentence) -> Notice {
    let Post { short_da, short_en, full_da, full_en, portal, .. } = post;
    let (as_guardian_da, as_guardian_en) = match access.guardianship {
        Some(_) => (" som din værge", " as your guardian"),
        None => ("", ""),
    };
    let asked = Notice::new(
        Party::Owner,
        Sentence {
            da: format!("Anmodning om læseadgang til din {short_da}"),
            en: format!("Request for read access to your {short_en}"),
        },
        Sentence {
            da: format!(
                "{{reader}} har{as_guardian_da} anmodet om læseadgang til din {full_da}.\n\n{}\n\n\
                 Anmodningen mangler din godkendelse. {{reader}} har ingen adgang, før du har godkendt den på {portal}.",
                until.da
            ),
            en: format!(
                "{{reader}} has asked{as_guardian_en} for read access to your {full_en}.\n\n{}\n\n\
                 The request is awaiting your approval. {{reader}} has no access until you have approved it on {portal}.",
                until.en
            ),
        },
    );
    asked.with_link(post)
}

fn to_asker(post: &Post, until: &Sentence) -> Notice {
    let Post { short_da, short_en, full_da, full_en, .. } = post;
    Notice::new(
        Party::Reader,
        Sentence {
            da: format!("Du har anmodet om læseadgang til en andens {short_da}"),
            en: format!("You have asked for read access to another's {short_en}"),
        },
        Sentence {
            da: format!(
                "Du har anmodet {{owner}} om læseadgang til {full_da}.\n\n{}\n\n\
                 Adgangen gælder først, når anmodningen er godkendt.",
                until.da
            ),
            en: format!(
                "You have asked {{owner}} for read access to their {full_en}.\n\n{}\n\n\
                 It takes effect when the request has been approved.",
                until.en
            ),
        },
    )
}
