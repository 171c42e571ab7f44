use super::*;
use kernel::{SystemRandom, Timestamp};

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn visible(portal: Portal, right: Right, settings: &Settings) -> Option<Vec<Mark>> {
    let person = PersonId::new(NOW, &SystemRandom);
    Acting::new(person, person, portal, right, settings).ok().map(|acting| acting.visible().to_vec())
}

fn reader(marks: &[Mark]) -> Right {
    Right::Reader(Leave { grounds: marks.iter().map(|mark| ground(*mark)).collect(), barred: Vec::new() })
}

fn ground(mark: Mark) -> Ground {
    Ground { mark, capacity: Capacity::Reader, access: AccessId::new(NOW, &SystemRandom), version: 1 }
}

const PRIVATE: Mark = Mark::Private(CommercialPortal::EBoks);
const NOTICES: Mark = Mark::OwnPrivate(CommercialPortal::EBoks);

#[test]
fn p4_commercial_portals_show_public_post_only_where_the_owner_chose_so() {
    let nothing = Settings::default();
    let chosen = Settings { show_in_e_boks: true, ..Settings::default() };
    let public = vec![Mark::Public, Mark::Own];
    assert_eq!(visible(Portal::BorgerDk, Right::Owner, &nothing), Some(public.clone()));
    assert_eq!(visible(Portal::DigitalPostApp, Right::Owner, &nothing), Some(public));
    assert_eq!(visible(Portal::EBoks, Right::Owner, &nothing), Some(vec![PRIVATE, NOTICES]));
    let all = vec![Mark::Public, Mark::Own, PRIVATE, NOTICES];
    assert_eq!(visible(Portal::EBoks, Right::Owner, &chosen), Some(all));
    assert_eq!(
        visible(Portal::MitDk, Right::Owner, &chosen),
        Some([Mark::Private, Mark::OwnPrivate].map(|of| of(CommercialPortal::MitDk)).to_vec()),
        "each of the two is chosen by itself"
    );
}

#[test]
fn a11_a_reader_of_public_post_never_sees_private_post() {
    let chosen = Settings { show_in_e_boks: true, ..Settings::default() };
    let public = || reader(&[Mark::Public]);
    assert_eq!(visible(Portal::EBoks, public(), &chosen), Some(vec![Mark::Public]));
    assert_eq!(visible(Portal::EBoks, public(), &Settings::default()), None);
    let private = reader(&[PRIVATE]);
    assert_eq!(visible(Portal::BorgerDk, private, &chosen), None, "private post stays in its own portal");
}

#[test]
fn r14_what_is_seen_and_not_open_to_the_act_stands_by_itself() {
    let seen = Ground { capacity: Capacity::PrivateReader, ..ground(PRIVATE) };
    let mixed = || Right::Reader(Leave { grounds: vec![ground(Mark::Public)], barred: vec![seen.clone()] });
    let person = PersonId::new(NOW, &SystemRandom);
    let chosen = Settings { show_in_e_boks: true, ..Settings::default() };
    let at = |portal, settings| Acting::new(person, person, portal, mixed(), settings);
    let acting = at(Portal::EBoks, &chosen).expect("public post shows");
    assert_eq!((acting.visible(), acting.barred_as(PRIVATE)), (&[Mark::Public][..], Some(Capacity::PrivateReader)));
    let hidden = Settings::default();
    assert_eq!(at(Portal::EBoks, &hidden), Err(Shut::Barred(Capacity::PrivateReader)));
    assert_eq!(at(Portal::BorgerDk, &chosen).expect("public post shows").barred_marks(), None, "it does not show");
}
