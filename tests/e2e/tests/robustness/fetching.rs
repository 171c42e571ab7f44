//! Citizens write through three processes at once while an authority fetches: no letter is skipped, and none comes twice to
//! somebody who resumes where they were.

use crate::trials::{number, processes};
use harness::{Citizen, Person, Suite, contact_point};
use std::collections::HashSet;

const FEW: usize = 90;
const WRITERS: usize = 6;
/// Letters that are dealt with before the stream is dropped and taken up again, through another process.
const AT_ONCE: usize = 7;
const BYG: &str = "authorities/29189668/contactPoints/byg";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p7_no_letter_is_skipped_and_none_comes_twice() {
    let processes = processes().await;
    let suites = processes.suites();
    suites[0].authority().sets_contact_points(vec![contact_point("byg", "Byggesager")]).await.unwrap();
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        writers.push(suites[0].citizen(Person::of_crowd(u32::try_from(writer).unwrap())).await);
    }
    let each = number(FEW).div_ceil(WRITERS);
    let writing = writers.iter().enumerate().map(|(at, writer)| Box::pin(write(suites, writer, at, each)));
    let (_, fetched) = tokio::join!(futures::future::join_all(writing), Box::pin(fetch(suites, each * WRITERS)));
    let once: HashSet<&String> = fetched.iter().collect();
    println!("{} letters fetched, {} of them different", fetched.len(), once.len());
    assert_eq!((fetched.len(), once.len()), (each * WRITERS, each * WRITERS));
}

async fn write(suites: &[Suite], writer: &Citizen, at: usize, count: usize) {
    for number in 0..count {
        let through = writer.through(&suites[(at + number) % suites.len()]);
        through.writes_to(BYG, &format!("{at}/{number}")).await.unwrap();
    }
}

/// The subjects of the first `count` letters, the stream cut again and again.
async fn fetch(suites: &[Suite], count: usize) -> Vec<String> {
    let (mut token, mut fetched, mut stream) = (String::new(), Vec::new(), 0);
    while fetched.len() < count {
        let mut post = suites[stream % suites.len()].authority().fetches(&token).await.unwrap();
        for _ in 0..AT_ONCE.min(count - fetched.len()) {
            let (letter, after) = post.next().await.unwrap();
            fetched.push(letter.subject);
            token = after;
        }
        stream += 1;
    }
    fetched
}
