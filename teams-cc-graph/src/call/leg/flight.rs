//! What becomes of an order whose future is dropped.

use teams_cc_core::OperationId;

use super::GraphLeg;
use crate::call::{Input, Order};

/// An order under way; dropped before it lands, nobody knows whether it arrived.
pub(super) struct Flight<'a> {
    leg: &'a GraphLeg,
    order: Option<Order>,
}

impl<'a> Flight<'a> {
    pub(super) fn new(leg: &'a GraphLeg, order: Order) -> Self {
        Self { leg, order: Some(order) }
    }

    pub(super) fn land(mut self, how: impl FnOnce(Order) -> Input) {
        if let Some(order) = self.order.take() {
            self.leg.shared.input(&self.leg.id, how(order));
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if let Some(order) = self.order.take() {
            self.leg.shared.input(&self.leg.id, Input::Abandoned(order));
        }
    }
}

/// Somebody waits for an operation whose order is under way; dropped before it is kept, nobody does.
pub(super) struct Expected<'a> {
    leg: &'a GraphLeg,
    id: Option<&'a OperationId>,
}

impl<'a> Expected<'a> {
    pub(super) fn new(leg: &'a GraphLeg, id: &'a OperationId) -> Self {
        Self { leg, id: Some(id) }
    }

    /// Somebody goes on waiting.
    pub(super) fn keep(mut self) {
        self.id = None;
    }
}

impl Drop for Expected<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.leg.shared.do_not_expect(id);
        }
    }
}
