use super::*;

/// The bound the crate promises, heap included.
const IDLE: usize = 2048;

#[test]
fn an_idle_call_is_small() {
    let flat = size_of::<CallSession>();
    // On the heap: the chain id, its own participant and one operation's worth of map nodes.
    let heap = 36 + 36 + 256;
    assert!(flat + heap <= IDLE, "{flat} bytes flat");
    let mut call = connected();
    feed(&mut call, START, at(Phase::Hold));
    assert!(call.asks.capacity() <= 8, "queues keep what they need, not more");
}
