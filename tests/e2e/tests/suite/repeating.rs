//! Calls that are repeated: done once, and answered again.

use api::access::v1::ApproveAccessRequest;
use api::mailbox::v1::{CreateFolderRequest, MarkMessagesRequest, MessageOutcome, MoveMessagesRequest};
use harness::actor::authority::new_uuid;
use harness::actor::citizen_access::offer;
use harness::actor::citizen_mail::subscription;
use harness::suite::answer;
use harness::{Letter, Person, Refusable as _, Refused, Suite, Until, on_both};

on_both! {
    Suite: a_repeated_offer_is_one_offer,
    many_identical_offers_at_once_are_one_offer,
    crossing_approval_and_withdrawal_have_one_winner,
    a_repeated_approval_is_one_approval,
    a_repeated_folder_is_one_folder,
    a_repeated_subscription_sends_one_code,
    a_repeated_mark_is_answered_again,
    m5_a_repeated_bulk_act_reports_what_the_first_did,
    one_request_id_of_two_callers_is_two,
}

async fn a_repeated_offer_is_one_offer(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mut request = offer(&niels.person, Until::Day("2027-01-01"));
    "give-1".clone_into(&mut request.request_id);
    let first = karen.offers(request.clone()).await.unwrap();
    let again = karen.offers(request.clone()).await.unwrap();
    assert_eq!(first.name, again.name);
    assert_eq!(karen.given_accesses().await.unwrap().accesses.len(), 1);
    assert_eq!(niels.lists(&niels.mailbox).await.unwrap().len(), 1, "one letter about it");

    request.expiry = Some(Until::Never.into());
    let refused = karen.offers(request).await.refused("REQUEST_ID_REUSED");
    assert_eq!(refused.metadata["request_id"], "give-1");
}

async fn many_identical_offers_at_once_are_one_offer(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mut request = offer(&niels.person, Until::Never);
    "give-1".clone_into(&mut request.request_id);
    // No more at once than a person may get wrong: each is counted before it is known to be right (A2).
    let calls = (0..3)
        .map(|_| async { answer(suite.clients().read_access().give_access(karen.request(request.clone())).await) });
    let mut names: Vec<String> = Vec::new();
    for made in futures::future::join_all(calls).await {
        match made {
            Ok(made) => names.push(made.access.unwrap().name),
            Err(refused) => assert_eq!(refused.reason, "CONCURRENT_CHANGE"),
        }
    }
    assert!(!names.is_empty());
    names.dedup();
    assert_eq!(names.len(), 1);
    suite.settle().await;
    assert_eq!(niels.lists(&niels.mailbox).await.unwrap().len(), 1);
}

async fn crossing_approval_and_withdrawal_have_one_winner(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for _ in 0..5 {
        let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
        let (withdrawn, approved) = tokio::join!(karen.withdraws(&offered), niels.approves(&offered));
        assert!(withdrawn.is_ok() != approved.is_ok(), "one of them");
        if approved.is_ok() {
            niels.lists(&karen.mailbox).await.unwrap();
            let active = karen.sees_access(&offered.name).await.unwrap();
            karen.removes(&active).await.unwrap();
        } else {
            niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
        }
    }
}

async fn a_repeated_approval_is_one_approval(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    let request =
        ApproveAccessRequest { name: offered.name, version: offered.version, request_id: "approve-1".to_owned() };
    let mut approved = Vec::new();
    for _ in 0..2 {
        let answered = suite.clients().read_access().approve_access(niels.request(request.clone())).await;
        approved.push(answer(answered).unwrap().access.unwrap().version);
    }
    assert_eq!(approved[0], approved[1]);
}

async fn a_repeated_folder_is_one_folder(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let request = CreateFolderRequest {
        parent: "mailboxes/me".to_owned(),
        display_name: "Sager".to_owned(),
        parent_folder: String::new(),
        request_id: "folder-1".to_owned(),
    };
    let mut names = Vec::new();
    for _ in 0..2 {
        let made = answer(suite.clients().mailbox().create_folder(karen.request(request.clone())).await);
        names.push(made.unwrap().folder.unwrap().name);
    }
    assert_eq!(names[0], names[1]);
    let other = CreateFolderRequest { display_name: "Andet".to_owned(), ..request };
    let refused = answer(suite.clients().mailbox().create_folder(karen.request(other)).await);
    refused.refused("REQUEST_ID_REUSED");
}

async fn a_repeated_subscription_sends_one_code(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let mut request = subscription(&access, "niels@example.dk");
    "mail-1".clone_into(&mut request.request_id);
    let first = niels.starts_subscription(request.clone()).await.unwrap();
    let again = niels.starts_subscription(request).await.unwrap();
    assert_eq!(first.name, again.name);
    assert_eq!(suite.mails().len(), 1);
}

async fn a_repeated_mark_is_answered_again(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Mærket")).await.unwrap();
    let request = MarkMessagesRequest {
        parent: "mailboxes/me".to_owned(),
        names: vec![receipt.message],
        read: true,
        request_id: "mark-1".to_owned(),
    };
    for _ in 0..2 {
        let marked = answer(suite.clients().mailbox().mark_messages(karen.request(request.clone())).await).unwrap();
        assert_eq!(marked.outcomes.len(), 1);
        assert!(marked.outcomes[0].refusal.is_none());
    }
}

async fn m5_a_repeated_bulk_act_reports_what_the_first_did(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let deleted = suite.authority().delivers(&karen.person, Letter::about("Slettet")).await.unwrap().message;
    let there = suite.authority().delivers(&karen.person, Letter::about("Her")).await.unwrap().message;
    karen.deletes(&deleted).await.unwrap();
    let request = MoveMessagesRequest {
        parent: karen.mailbox.clone(),
        names: vec![deleted.clone(), there.clone(), format!("{}/messages/{}", karen.mailbox, new_uuid())],
        destination_folder: format!("{}/folders/archive", karen.mailbox),
        request_id: "move-1".to_owned(),
    };
    let moves = async || {
        let moved = answer(suite.clients().mailbox().move_messages(niels.request(request.clone())).await).unwrap();
        let reason = |outcome: MessageOutcome| outcome.refusal.map(|refusal| Refused::from(refusal).reason);
        moved.outcomes.into_iter().map(reason).collect::<Vec<_>>()
    };
    let first = moves().await;
    assert_eq!(first, [Some("ACT_NOT_ALLOWED".to_owned()), None, Some("NOT_FOUND".to_owned())]);
    // All of it would come out differently now, and nothing is done again.
    karen.restores(&deleted).await.unwrap();
    karen.moves(&there, &format!("{}/folders/inbox", karen.mailbox)).await.unwrap();
    assert_eq!(moves().await, first);
    assert!(karen.lists_folder(&karen.mailbox, &request.destination_folder).await.unwrap().is_empty());
    karen.deletes(&there).await.unwrap();
    karen.purges(&there).await.unwrap();
    assert_eq!(moves().await, first);
}

async fn one_request_id_of_two_callers_is_two(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let mut request = offer(&mette.person, Until::Never);
    "1".clone_into(&mut request.request_id);
    let by_karen = karen.offers(request.clone()).await.unwrap();
    let by_niels = niels.offers(request).await.unwrap();
    assert_ne!(by_karen.name, by_niels.name);
}
