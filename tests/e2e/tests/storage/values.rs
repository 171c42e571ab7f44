//! Values come out as they went in, and in the right order.

use crate::storage::{NOON, Storage};
use harness::on_both;
use kernel::Timestamp;
use sql::{Error, Row, args};
use std::time::Duration;
use uuid::Uuid;

on_both! {
    Storage: every_value_comes_back_as_it_was,
    null_is_null_and_never_a_zero,
    instants_sort_to_the_microsecond,
    texts_are_equal_only_letter_for_letter,
    sums_and_counts_are_whole_numbers,
}

type Thing = (bool, i64, String, Vec<u8>, Uuid, Timestamp);

fn thing(row: &Row) -> Result<Thing, Error> {
    Ok((
        row.get("flag")?,
        row.get("number")?,
        row.get("words")?,
        row.get("bytes")?,
        row.get("uid")?,
        row.get("moment")?,
    ))
}

const INSERT: &str =
    "INSERT INTO thing (id, flag, number, words, bytes, uid, moment) VALUES ($1, $2, $3, $4, $5, $6, $7)";

async fn every_value_comes_back_as_it_was(storage: Storage) {
    let things: Vec<Thing> = vec![
        (true, i64::MAX, "Åse Sørensen 🇩🇰 e\u{301}".to_owned(), vec![0, 255, 39], Uuid::max(), NOON),
        (false, i64::MIN, String::new(), Vec::new(), Uuid::nil(), Timestamp::from_micros(-1)),
        (
            false,
            0,
            "'; DROP TABLE thing; --".to_owned(),
            vec![0; 70_000],
            Uuid::from_u128(7),
            Timestamp::from_micros(1),
        ),
        // As digits: SQLite must not take a text for a number.
        (true, 1, "0012".to_owned(), b"0012".to_vec(), Uuid::from_u128(8), NOON.plus(Duration::from_micros(1))),
    ];
    let written = things.clone();
    let read = storage.db.write(move |tx| {
        Box::pin(async move {
            for (id, (flag, number, words, bytes, uid, moment)) in (0_i64..).zip(written) {
                assert_eq!(tx.execute(INSERT, args![id, flag, number, words, bytes, uid, moment]).await?, 1);
            }
            tx.all("SELECT * FROM thing ORDER BY id", args![], thing).await
        })
    });
    let read: Result<_, Error> = read.await;
    assert_eq!(read.unwrap(), things);
}

async fn null_is_null_and_never_a_zero(storage: Storage) {
    let nothing =
        args![1_i64, None::<bool>, None::<i64>, None::<String>, None::<Vec<u8>>, None::<Uuid>, None::<Timestamp>];
    let all =
        "SELECT flag, number, words, bytes, uid, moment, (SELECT MAX(id) FROM thing WHERE id > 9) AS none FROM thing";
    let written: Result<u64, Error> =
        storage.db.write(|tx| Box::pin(async move { tx.execute(INSERT, nothing).await })).await;
    assert_eq!(written.unwrap(), 1);
    let read: Result<(), Error> = storage
        .db
        .read(|tx| {
            Box::pin(async move {
                tx.one(all, args![], |row| {
                    assert_eq!(row.get::<Option<i64>>("number")?, None);
                    assert_eq!(row.get::<Option<Timestamp>>("moment")?, None);
                    assert!(row.get::<bool>("flag").is_err());
                    assert!(row.get::<i64>("number").is_err());
                    assert!(row.get::<String>("words").is_err());
                    assert!(row.get::<Vec<u8>>("bytes").is_err());
                    assert!(row.get::<Uuid>("uid").is_err());
                    assert!(row.get::<Timestamp>("moment").is_err());
                    assert!(row.get::<i64>("none").is_err(), "the maximum of nothing");
                    Ok(())
                })
                .await
            })
        })
        .await;
    read.unwrap();
}

async fn instants_sort_to_the_microsecond(storage: Storage) {
    let moments = [0, 1, 500_000, 510_000, 999_999, 1_000_000].map(|micros| NOON.plus(Duration::from_micros(micros)));
    let after: Result<Vec<Timestamp>, Error> = storage
        .db
        .write(move |tx| {
            Box::pin(async move {
                for (id, moment) in (0_i64..).zip(moments.into_iter().rev()) {
                    tx.execute("INSERT INTO thing (id, moment) VALUES ($1, $2)", args![id, moment]).await?;
                }
                let sql = "SELECT moment FROM thing WHERE (moment, id) > ($1, $2) ORDER BY moment, id LIMIT 10";
                tx.all(sql, args![moments[1], i64::MAX], |row| row.get("moment")).await
            })
        })
        .await;
    assert_eq!(after.unwrap(), moments[2..]);
}

async fn texts_are_equal_only_letter_for_letter(storage: Storage) {
    let found: Result<Vec<i64>, Error> = storage
        .db
        .write(|tx| {
            Box::pin(async move {
                for (id, words) in
                    [(1_i64, "Karen"), (2, "karen"), (3, "Karen "), (4, "K\u{e5}ren"), (5, "Ka\u{30a}ren")]
                {
                    tx.execute("INSERT INTO thing (id, words) VALUES ($1, $2)", args![id, words]).await?;
                }
                let sql = "SELECT id FROM thing WHERE words = $1 OR words = $2 ORDER BY id";
                tx.all(sql, args!["Karen", "K\u{e5}ren"], |row| row.get("id")).await
            })
        })
        .await;
    assert_eq!(found.unwrap(), [1, 4]);
}

async fn sums_and_counts_are_whole_numbers(storage: Storage) {
    let sums: Result<(i64, i64), Error> = storage
        .db
        .write(|tx| {
            Box::pin(async move {
                for id in 1_i64..=3 {
                    tx.execute("INSERT INTO thing (id, number) VALUES ($1, $1)", args![id]).await?;
                }
                let sql = "SELECT COUNT(*) AS n, CAST(SUM(number) AS BIGINT) AS total FROM thing";
                tx.one(sql, args![], |row| Ok((row.get("n")?, row.get("total")?))).await
            })
        })
        .await;
    assert_eq!(sums.unwrap(), (3, 6));
}
