//! What a reader sees of the owner's post.

use api::core::v1::Capacity;
use harness::{Letter, Person, Refusable as _, Suite, on_both};
use std::time::Duration;

on_both! {
    Suite: a10_an_access_opens_post_from_before_it,
    a17_the_moment_of_availability_stays,
    a19_the_mailboxes_open_to_a_person_begin_with_their_own,
    a28_no_copy_goes_to_the_reader,
    r1_a_reader_lists_and_reads_and_downloads,
    r1_a_reader_reads_in_every_folder,
    r1_a_broken_download_goes_on_from_where_it_broke,
    r1_an_offset_beyond_the_end_is_refused,
    r4_a_letter_read_by_one_is_read_for_both,
}

async fn a10_an_access_opens_post_from_before_it(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    suite.authority().delivers(&karen.person, Letter::about("Gammel post")).await.unwrap();
    suite.advance(Duration::from_hours(24 * 30)).await;
    niels.is_given_access_by(&karen).await;
    assert!(niels.subjects(&karen.mailbox).await.unwrap().contains(&"Gammel post".to_owned()));
}

async fn a17_the_moment_of_availability_stays(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Frist")).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let available = receipt.available_time.unwrap();
    suite.advance(Duration::from_hours(5)).await;
    niels.opens(&receipt.message).await.unwrap();
    karen.marks(&receipt.message, false).await.unwrap();
    let letter = karen.opens(&receipt.message).await.unwrap();
    assert_eq!(letter.summary.unwrap().available_time, Some(available));
}

async fn a19_the_mailboxes_open_to_a_person_begin_with_their_own(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mette = suite.citizen(Person::mette()).await;
    let from_mette = niels.is_given_access_by(&mette).await;
    let from_karen = niels.is_given_access_by(&karen).await;
    let open = niels.open_mailboxes().await.unwrap();
    let shown: Vec<_> = open
        .iter()
        .map(|open| (open.mailbox.as_str(), open.owner_display_name.as_str(), open.access.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (niels.mailbox.as_str(), niels.person.full_name().as_str(), ""),
            (&karen.mailbox, &karen.person.full_name(), &from_karen.name),
            (&mette.mailbox, &mette.person.full_name(), &from_mette.name),
        ]
    );
    let capacities: Vec<Capacity> = open.iter().map(api::access::v1::OpenMailbox::capacity).collect();
    assert_eq!(capacities, [Capacity::Owner, Capacity::Reader, Capacity::Reader]);
    for mailbox in open {
        let seen = niels.sees_mailbox(&mailbox.mailbox).await.unwrap();
        assert_eq!(seen.owner_display_name, mailbox.owner_display_name);
    }
    assert_eq!(niels.sees_mailbox("mailboxes/me").await.unwrap().name, niels.mailbox);
}

async fn a28_no_copy_goes_to_the_reader(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let before = niels.lists(&niels.mailbox).await.unwrap().len();
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Kun til Karen")).await.unwrap();
    assert_eq!(niels.lists(&niels.mailbox).await.unwrap().len(), before);
    karen.opens(&receipt.message).await.unwrap();
    karen.deletes(&receipt.message).await.unwrap();
}

async fn r1_a_reader_lists_and_reads_and_downloads(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let letter = Letter::about("Årsopgørelse").with_pdf("årsopgørelse.pdf");
    let (body, pdf) = (letter.body.clone(), letter.files[0].1.clone());
    suite.authority().delivers(&karen.person, letter).await.unwrap();
    niels.is_given_access_by(&karen).await;

    let listed = niels.lists(&karen.mailbox).await.unwrap();
    let summary = listed.iter().find(|letter| letter.subject == "Årsopgørelse").unwrap();
    assert_eq!((summary.file_count, summary.read), (1, false));
    assert_eq!(summary.sender.as_ref().unwrap().display_name, "Odense Kommune");

    let opened = niels.opens(&summary.name).await.unwrap();
    assert_eq!(opened.body_text, body);
    let file = &opened.files[0];
    assert_eq!((file.display_name.as_str(), file.media_type.as_str()), ("årsopgørelse.pdf", "application/pdf"));
    assert!(file.main_document);

    let (header, content) = niels.downloads(&file.name, 0).await.unwrap();
    assert!(content == pdf, "the same bytes");
    assert_eq!((header.size_bytes, header.sha256.as_str()), (file.size_bytes, file.sha256.as_str()));
}

async fn r1_a_reader_reads_in_every_folder(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let folder = karen.makes_folder(&karen.mailbox, "Sager").await.unwrap();
    let system = |folder: &str| format!("{}/folders/{folder}", karen.mailbox);
    for destination in [system("inbox"), system("archive"), folder.name, system("bin")] {
        let receipt = suite.authority().delivers(&karen.person, Letter::about(&destination)).await.unwrap();
        if destination == system("bin") {
            karen.deletes(&receipt.message).await.unwrap();
        } else {
            karen.moves(&receipt.message, &destination).await.unwrap();
        }
        let listed = niels.lists_folder(&karen.mailbox, &destination).await.unwrap();
        assert!(listed.iter().any(|letter| letter.name == receipt.message), "{destination}");
        niels.opens(&receipt.message).await.unwrap();
    }
    niels.lists_folder(&karen.mailbox, &system("sent")).await.unwrap();
    let folders = niels.folders(&karen.mailbox).await.unwrap();
    assert_eq!(folders.len(), karen.folders(&karen.mailbox).await.unwrap().len());
}

async fn r1_a_broken_download_goes_on_from_where_it_broke(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let letter = Letter::about("Lang").with_pdf("lang.pdf");
    let pdf = letter.files[0].1.clone();
    let receipt = suite.authority().delivers(&karen.person, letter).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let file = niels.opens(&receipt.message).await.unwrap().files[0].name.clone();
    for offset in [1, 65_535, 65_536, 65_537, 131_072, pdf.len()] {
        let (header, rest) = niels.downloads(&file, i64::try_from(offset).unwrap()).await.unwrap();
        assert!(rest == pdf[offset..], "from {offset} on");
        assert_eq!(header.offset_bytes, i64::try_from(offset).unwrap());
    }
}

async fn r1_an_offset_beyond_the_end_is_refused(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let letter = Letter::about("Kort").with_pdf("kort.pdf");
    let size = i64::try_from(letter.files[0].1.len()).unwrap();
    let receipt = suite.authority().delivers(&karen.person, letter).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let file = niels.opens(&receipt.message).await.unwrap().files[0].name.clone();
    let refused = niels.downloads(&file, size + 1).await.refused("OFFSET_OUT_OF_RANGE");
    assert_eq!(refused.metadata["size_bytes"], size.to_string());
    niels.downloads(&file, -1).await.refused("INVALID_FIELDS");
}

async fn r4_a_letter_read_by_one_is_read_for_both(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Fælles")).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let unread = karen.sees_mailbox("mailboxes/me").await.unwrap().unread_count;
    niels.opens(&receipt.message).await.unwrap();
    assert_eq!(karen.sees_mailbox("mailboxes/me").await.unwrap().unread_count, unread - 1);
    niels.marks(&receipt.message, false).await.unwrap();
    assert_eq!(karen.sees_mailbox("mailboxes/me").await.unwrap().unread_count, unread);
}
