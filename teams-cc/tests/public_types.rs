//! What crosses threads must say so.

use static_assertions::assert_impl_all;
use teams_cc::{Builder, Contact, ContactCenter, Env, Error, Report, Taken};

assert_impl_all!(Contact: Send, Sync);
assert_impl_all!(ContactCenter: Send, Sync);
assert_impl_all!(Builder: Send);
assert_impl_all!(Env: Send, Sync);
assert_impl_all!(Taken: Send, Sync);
assert_impl_all!(Report: Copy, Send, Sync);
assert_impl_all!(Error: Send, Sync, std::error::Error);

fn assert_send<T: Send>(future: T) -> T {
    future
}

/// Never run: it only has to compile.
#[expect(dead_code, reason = "compiling it is the test")]
fn public_futures_can_move_between_threads(
    contact: &'static Contact,
    taken: Taken,
    center: ContactCenter,
    builder: Builder,
) {
    drop(assert_send(contact.answer()));
    drop(assert_send(contact.prompt("hello.wav")));
    drop(assert_send(contact.menu("menu.wav")));
    drop(assert_send(contact.route("sales")));
    drop(assert_send(contact.reach("ada")));
    drop(assert_send(contact.connect(taken)));
    drop(assert_send(contact.hang_up()));
    drop(assert_send(center.shutdown(std::time::Duration::ZERO)));
    drop(assert_send(builder.start()));
}
