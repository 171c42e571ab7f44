//! A mailbox in the eyes of its owner, of a reader, and of a former one.

use super::world::{KAREN, NIELS, Refused as _, World, by, letter, metadata, reason};
use api::access::v1 as access;
use api::core::v1 as core;
use api::error::v1::ErrorReason;
use api::mailbox::v1 as proto;
use engines::on_both;
use std::time::Duration;

on_both! { World: r1_a_reader_reads_moves_and_marks_but_never_deletes, a6_an_ended_access_is_refused_on_the_next_call,
p4_the_owner_chooses_what_commercial_portals_show, m6_pages_stay_right_while_post_arrives }

fn karen() -> String {
    format!("{KAREN}@borger_dk")
}

fn niels() -> String {
    format!("{NIELS}@borger_dk")
}

async fn r1_a_reader_reads_moves_and_marks_but_never_deletes(world: World) {
    let (mailbox, _) = world.karen_and_niels().await;
    let name = world.deliver(KAREN, 1, "Skat").await;
    world.deliver_as("bank", letter(KAREN, 2, "Konto")).await.expect("private post");
    world.niels_reads(&mailbox, 1);
    let seen = world.list(&niels(), &mailbox).await;
    assert_eq!(seen.iter().map(|letter| letter.subject.as_str()).collect::<Vec<_>>(), ["Skat"], "A11");
    let create = proto::CreateFolderRequest {
        parent: mailbox.clone(),
        display_name: "Bolig".to_owned(),
        request_id: "f1".to_owned(),
        ..Default::default()
    };
    let folder = world.mailbox().create_folder(by(&niels(), create.clone())).await.expect("a folder").into_inner();
    let again = world.mailbox().create_folder(by(&niels(), create)).await.expect("the same").into_inner();
    let folder = folder.folder.expect("a folder").name;
    assert_eq!(again.folder.expect("a folder").name, folder);
    let taken =
        proto::CreateFolderRequest { parent: mailbox.clone(), display_name: "BOLIG".to_owned(), ..Default::default() };
    let refused = world.mailbox().create_folder(by(&karen(), taken)).await.refused("taken");
    assert_eq!((reason(&refused), metadata(&refused, "folder")), ("FOLDER_NAME_TAKEN".to_owned(), folder.clone()));

    let opened = world.mailbox().get_message(by(&niels(), proto::GetMessageRequest { name: name.clone() })).await;
    let opened = opened.expect("a letter").into_inner().message.expect("a letter");
    assert_eq!(opened.body_text, "Kære borger\nDet her er dit brev.");
    assert!(opened.summary.expect("a summary").read);
    let request = proto::MoveMessagesRequest {
        parent: mailbox.clone(),
        names: vec![name.clone()],
        destination_folder: folder,
        request_id: String::new(),
    };
    let moved = world.mailbox().move_messages(by(&niels(), request)).await.expect("moved").into_inner();
    assert!(moved.outcomes[0].refusal.is_none());
    let request =
        proto::MarkMessagesRequest { parent: mailbox.clone(), names: vec![name.clone()], ..Default::default() };
    world.mailbox().mark_messages(by(&niels(), request)).await.expect("marked");
    let counts = |inbox: i64| {
        let count = |name: &str, total| (name.to_owned(), total, total);
        vec![count("inbox", inbox), count("sent", 0), count("archive", 0), count("bin", 0), count("Bolig", 1)]
    };
    assert_eq!(world.counts(&niels(), &mailbox).await, counts(0));
    assert_eq!(world.counts(&karen(), "mailboxes/me").await, counts(0), "P9: private post is not on borger.dk");
    let e_boks = world.counts(&format!("{KAREN}@e_boks"), "mailboxes/me").await;
    assert_eq!(e_boks[0], ("inbox".to_owned(), 1, 1), "P9: it is in its own portal");

    world.access.answers(access::Decision {
        denial: ErrorReason::ActNotAllowed.into(),
        capacity: core::Capacity::Reader.into(),
        ..Default::default()
    });
    let request = proto::DeleteMessagesRequest { parent: mailbox, names: vec![name], request_id: String::new() };
    let refused = world.mailbox().delete_messages(by(&niels(), request)).await.refused("R7");
    assert_eq!(reason(&refused), "ACT_NOT_ALLOWED");
    assert_eq!((metadata(&refused, "act"), metadata(&refused, "capacity")), ("DELETE".to_owned(), "READER".to_owned()));
}

async fn a6_an_ended_access_is_refused_on_the_next_call(world: World) {
    let (mailbox, _) = world.karen_and_niels().await;
    for number in 0..3 {
        world.deliver(KAREN, number, "Skat").await;
    }
    let page = |token: String| {
        let parent = mailbox.clone();
        let request = proto::ListMessagesRequest { parent, page_size: 2, page_token: token, ..Default::default() };
        let mut client = world.mailbox();
        async move { client.list_messages(by(&niels(), request)).await }
    };
    world.niels_reads(&mailbox, 1);
    let asked = world.access.asked();
    let token = page(String::new()).await.expect("a page").into_inner().next_page_token;
    assert_eq!(world.access.asked() - asked, 1, "one question a call");
    world.niels_reads(&mailbox, 2);
    assert_eq!(reason(&page(token.clone()).await.refused("another version")), "PAGE_TOKEN_INVALID", "M6");
    world.access.answers(access::Decision {
        denial: ErrorReason::AccessEnded.into(),
        end_reason: access::EndReason::RemovedByOwner.into(),
        denied_access: format!("{mailbox}/accesses/x"),
        ..Default::default()
    });
    let refused = page(token).await.refused("ended");
    assert_eq!(reason(&refused), "ACCESS_ENDED");
    assert_eq!(metadata(&refused, "end_reason"), "REMOVED_BY_OWNER");
    world.access.is_away();
    let refused = page(String::new()).await.refused("away");
    assert_eq!(
        (reason(&refused), metadata(&refused, "dependency")),
        ("DEPENDENCY_UNAVAILABLE".to_owned(), "access-service".to_owned())
    );
    assert_eq!(world.list(&karen(), "mailboxes/me").await.len(), 3, "the owner's own calls go on");
}

async fn p4_the_owner_chooses_what_commercial_portals_show(world: World) {
    let (mailbox, _) = world.karen_and_niels().await;
    world.deliver(KAREN, 1, "Skat").await;
    world.niels_reads(&mailbox, 1);
    let e_boks = format!("{NIELS}@e_boks");
    let look = || by(&e_boks, proto::GetMailboxRequest { name: mailbox.clone() });
    let refused = world.mailbox().get_mailbox(look()).await.refused("not chosen");
    assert_eq!(
        (reason(&refused), metadata(&refused, "portal")),
        ("PORTAL_DOES_NOT_SHOW_PUBLIC_POST".to_owned(), "E_BOKS".to_owned())
    );
    let update = |etag: &str| {
        let settings = proto::MailboxSettings {
            name: "mailboxes/me/settings".to_owned(),
            show_public_post_in_e_boks: true,
            etag: etag.to_owned(),
            ..Default::default()
        };
        let update_mask = Some(prost_types::FieldMask { paths: vec!["show_public_post_in_e_boks".to_owned()] });
        by(&karen(), proto::UpdateSettingsRequest { settings: Some(settings), update_mask, request_id: String::new() })
    };
    let refused = world.mailbox().update_settings(update("v7")).await.refused("another etag");
    assert_eq!((reason(&refused), metadata(&refused, "etag")), ("ETAG_MISMATCH".to_owned(), "v0".to_owned()));
    let settings = world.mailbox().update_settings(update("v0")).await.expect("changed").into_inner().settings;
    let settings = settings.expect("settings");
    assert!(settings.show_public_post_in_e_boks && !settings.show_public_post_in_mit_dk);
    let seen = world.mailbox().get_mailbox(look()).await.expect("chosen").into_inner().mailbox.expect("a mailbox");
    assert_eq!((seen.message_count, seen.unread_count, seen.owner_display_name.as_str()), (1, 1, "Karen Nørgaard"));
    assert_eq!(seen.capacity(), core::Capacity::Reader);
}

async fn m6_pages_stay_right_while_post_arrives(world: World) {
    let (_, _) = world.karen_and_niels().await;
    for number in 0..25 {
        world.deliver(KAREN, number, &format!("Brev {number}")).await;
        if number % 3 == 0 {
            world.clock.advance(Duration::from_secs(1));
        }
    }
    let (mut seen, mut token, mut late) = (Vec::new(), String::new(), 100);
    loop {
        let request = proto::ListMessagesRequest {
            parent: "mailboxes/me".to_owned(),
            page_size: 4,
            page_token: token,
            unread_only: true,
            sender_cvr_number: "12345678".to_owned(),
            ..Default::default()
        };
        let page = world.mailbox().list_messages(by(&karen(), request)).await.expect("a page").into_inner();
        seen.extend(page.messages.iter().map(|letter| letter.name.clone()));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        late += 1;
        world.deliver(KAREN, late, "Kom imens").await;
    }
    let all = world.list(&karen(), "mailboxes/me").await;
    let before: Vec<String> =
        all.iter().filter(|letter| letter.subject != "Kom imens").map(|letter| letter.name.clone()).collect();
    assert_eq!(before.len(), 25);
    assert_eq!(seen, before, "newest first, none left out, none twice");
    let times: Vec<_> = all.iter().map(|letter| letter.available_time.map(|time| (time.seconds, time.nanos))).collect();
    assert!(times.is_sorted_by(|earlier, later| earlier >= later));
}
