//! Search in a mailbox that is larger than what one call looks at.

use super::world::{KAREN, World, by, letter};
use api::mailbox::v1 as proto;
use engines::on_both;

on_both! { World: m6_a_search_looks_at_so_many_letters_and_says_where_to_go_on }

async fn m6_a_search_looks_at_so_many_letters_and_says_where_to_go_on(world: World) {
    world.karen_and_niels().await;
    let oldest = world.deliver(KAREN, 1, "Skat").await;
    world.clock.advance(std::time::Duration::from_secs(1));
    for number in 2..=420 {
        world.deliver(KAREN, number, &format!("Brev {number}")).await;
    }
    let request = |page_token: String| proto::SearchMessagesRequest {
        parent: "mailboxes/me".to_owned(),
        query: "skat".to_owned(),
        page_token,
        ..Default::default()
    };
    let karen = format!("{KAREN}@borger_dk");
    let page = async |token: String| {
        let found = world.mailbox().search_messages(by(&karen, request(token))).await.expect("a page").into_inner();
        (found.messages.into_iter().map(|letter| letter.name).collect::<Vec<_>>(), found.next_page_token)
    };
    let (none, next) = page(String::new()).await;
    assert!(none.is_empty() && !next.is_empty(), "nothing among the first 400, and more to look at");
    // Later, so that it comes before all others: of one moment any could be the first.
    world.clock.advance(std::time::Duration::from_secs(1));
    world.deliver_as("municipality", letter(KAREN, 1_000, "Skat, kommet imens")).await.expect("delivered");
    assert_eq!(page(next).await, (vec![oldest], String::new()));
}
