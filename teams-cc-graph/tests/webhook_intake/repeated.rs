use std::time::Duration;

use teams_cc_graph::jwt::JwtError;

use crate::support::setup;

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_again_is_not_proven_again() {
    let setup = setup();
    let token = setup.token();
    for _ in 0..5 {
        assert_eq!(setup.status(&token).await, 202);
    }
    let counts = setup.intake.counts();
    assert_eq!((counts.accepted, counts.repeated_tokens), (5, 4));
    // One character of the signature more or less is another token.
    let changed = format!("{}A", &token[..token.len() - 1]);
    let changed =
        if changed == token { format!("{}Q", &token[..token.len() - 1]) } else { changed };
    assert_eq!(setup.status(&changed).await, 401);
    assert_eq!(setup.intake.counts().repeated_tokens, 4);
}

#[tokio::test(start_paused = true)]
async fn a_token_seen_before_dies_like_any_other() {
    let setup = setup();
    let token = setup.token_until(20);
    assert_eq!(setup.status(&token).await, 202);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(setup.status(&token).await, 202);
    assert_eq!(setup.intake.counts().repeated_tokens, 1);
    // Past its end the difference of clocks is granted by a whole proof alone.
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(setup.status(&token).await, 202);
    assert_eq!(setup.intake.counts().repeated_tokens, 1);
    tokio::time::sleep(Duration::from_mins(6)).await;
    assert_eq!(setup.status(&token).await, 401);
    assert_eq!(setup.intake.counts().refused[&JwtError::Expired], 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_seen_before_falls_with_its_key() {
    let setup = setup();
    let token = setup.token_until(24 * 3600);
    assert_eq!(setup.status(&token).await, 202);
    setup.issuer.publish(&[1]);
    tokio::time::sleep(Duration::from_mins(121)).await;
    // This one makes the keys be read again, the next one feels it.
    assert_eq!(setup.status(&token).await, 202);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(setup.status(&token).await, 401);
}

#[tokio::test(start_paused = true)]
async fn a_token_seen_before_is_believed_no_longer_than_the_keys() {
    let setup = setup();
    let token = setup.token_until(48 * 3600);
    assert_eq!(setup.status(&token).await, 202);
    setup.issuer.up(false);
    tokio::time::sleep(Duration::from_hours(25)).await;
    assert_eq!(setup.status(&token).await, 503);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_refused_is_proven_anew_each_time() {
    let setup = setup();
    let token = setup.token_of_key(1);
    for _ in 0..3 {
        assert_eq!(setup.status(&token).await, 401);
    }
    assert_eq!(setup.intake.counts().repeated_tokens, 0);
}
