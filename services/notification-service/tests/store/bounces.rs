//! What follows a refusal for good, and what is kept of caseworkers' acts.

use crate::world::{Who, email, entitled, on_each_engine, other_than, target};
use kernel::{Attendance, Caseworker, CvrNumber, Identification, Presence};
use notification_service::domain::desk::Desk;
use notification_service::domain::ledger::{Kind, Lane, State};
use notification_service::domain::places::Places;
use notification_service::domain::subscription;
use notification_service::mailer::{Fault, SendError};
use notification_service::usecase::Errand;
use notification_service::usecase::change_address::change_address;
use notification_service::usecase::claim::claim;
use notification_service::usecase::confirm::{Confirm, confirm};
use notification_service::usecase::prepare::{Candidate, prepare};
use notification_service::usecase::settle::settle;
use notification_service::usecase::start::{Start, start};
use sql::Once;
use std::time::Duration;

#[tokio::test]
async fn letters_told_of_at_a_former_address_that_refuses_are_told_of_at_the_one_in_force() {
    on_each_engine(async |world| {
        let who = Who::reader();
        let target = world.subscribed(&who, "old@example.dk").await;
        world.take(who.letter()).await;
        world.pass(Duration::from_mins(1));
        let once = Once::new([0; 32], "Any", "", [0; 32]);
        change_address(&world.service, target, email("new@example.dk"), once.into()).await.expect("changed");
        let code = world.code_alone().await;
        // On its way to the old address when the new one comes into force.
        let due = claim(&world.service, Lane::News, 1).await.expect("claimed").remove(0);
        let candidate = Candidate { due: due.clone(), standing: entitled() };
        let prepared = prepare(&world.service, vec![candidate], Places::new(1)).await.expect("prepared");
        let sent = prepared.ready.into_iter().next().expect("it is owed").email;
        assert_eq!(sent.recipient, email("old@example.dk"));
        world.confirm(target, &code).await.expect("confirmed");
        settle(&world.service, &due, sent, Err(SendError::new(Fault::Recipient, "5.1.1"))).await.expect("noted");
        assert_eq!(world.get(target).await.state(), subscription::State::Active);
        world.mailer.take();
        world.send_due(&entitled()).await;
        let sent = world.mailer.take();
        let news: Vec<&str> = sent
            .iter()
            .filter(|(_, email)| String::from_utf8_lossy(&email.message).contains("1 nyt brev"))
            .map(|(_, email)| email.recipient.as_str())
            .collect();
        assert_eq!(news, ["new@example.dk"]);
        assert_eq!(world.count(State::Sent, Kind::NewPost).await, 1);
    })
    .await;
}

fn desk() -> Desk {
    Desk {
        caseworker: Caseworker {
            employee_id: "b-1".to_owned(),
            municipality: "0461".to_owned(),
            cvr: CvrNumber::parse("29189668").expect("eight digits"),
        },
        attendance: Attendance {
            presence: Presence::Attended,
            identification: Some(Identification::OtherAgreed("Pensionistkort".to_owned())),
            case_reference: "2026-1122".to_owned(),
        },
        act: "StartSubscription",
    }
}

#[tokio::test]
async fn a24_an_act_of_a_caseworker_is_kept_once_and_a_refused_one_not() {
    on_each_engine(async |world| {
        let Who { person, mailbox, access } = Who::reader();
        let errand = |id: &str| Errand { once: Once::new([1; 32], "Any", id, [1; 32]), desk: Some(desk()) };
        let begin = || Start { person, mailbox, access, address: email("niels@example.dk"), errand: errand("a") };
        let started = start(&world.service, begin()).await.expect("started");
        start(&world.service, begin()).await.expect("the same");
        let code = world.code().await;
        let wrong = Confirm { target: target(&started), code: other_than(&code), errand: errand("b") };
        confirm(&world.service, wrong).await.expect_err("a wrong code");
        let sql = "SELECT caseworker, municipality, cvr, identification, identification_description, case_reference, act \
                   FROM caseworker_record WHERE mailbox = $1 AND subscription = $2 AND citizen = $3";
        let read = |row: &sql::Row| {
            let columns = [
                "caseworker",
                "municipality",
                "cvr",
                "identification",
                "identification_description",
                "case_reference",
                "act",
            ];
            columns.iter().map(|column| row.get(column)).collect::<Result<Vec<String>, sql::Error>>()
        };
        let id = started.id;
        let kept = world.service.db.read(|tx| Box::pin(tx.all(sql, sql::args![mailbox, id, person], read)));
        let kept = kept.await.map_err(|error: sql::Error| error).expect("read");
        let expected =
            ["b-1", "0461", "29189668", "other_agreed", "Pensionistkort", "2026-1122", "StartSubscription"];
        assert_eq!(kept, [expected.map(str::to_owned).to_vec()]);
    })
    .await;
}
