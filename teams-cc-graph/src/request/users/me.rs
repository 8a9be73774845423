use super::{GetMe, ListMyChats};
use crate::client::Delegated;

/// Requests on the signed-in user.
#[derive(Clone, Debug)]
pub struct Me {
    pub(super) client: Delegated,
}

impl Delegated {
    /// Requests on the signed-in user.
    #[must_use]
    pub fn me(&self) -> Me {
        Me { client: self.clone() }
    }
}

impl Me {
    /// `GET /me`: the signed-in user.
    pub fn get(&self) -> GetMe {
        GetMe::with(self.client.clone())
    }

    /// `GET /me/chats`: the chats the signed-in user takes part in.
    pub fn chats(&self) -> ListMyChats {
        ListMyChats::with(self.client.clone())
    }
}
