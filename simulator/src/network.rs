//! What can be wrong with the network between the phone and the servers.

use crate::world::World;
use serde::{Deserialize, Serialize};
use wire::{Headers, HttpResponse};

/// What is wrong with the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fault")]
pub enum NetworkFault {
    /// Nothing.
    #[default]
    None,
    /// Nothing is reached.
    Offline,
    /// Every answer takes this long.
    Delay {
        /// In virtual milliseconds.
        ms: i64,
    },
    /// The next exchanges get no answer.
    Drop {
        /// How many.
        exchanges: u32,
    },
    /// The next answers come with an HTTP status, and nothing else.
    Status {
        /// The status.
        code: u16,
        /// How many.
        exchanges: u32,
    },
    /// The next answers are cut in the middle of their bodies.
    Truncate {
        /// How many.
        exchanges: u32,
    },
}

/// What becomes of one exchange.
pub(crate) enum Passage {
    /// It is carried.
    Through,
    /// It is carried, and the answer is cut.
    Cut,
    /// There is no answer.
    Lost,
    /// Something on the way answers.
    Answered(HttpResponse),
}

impl World {
    /// Lets the network be so from now on.
    pub fn set_network(&mut self, fault: NetworkFault) {
        self.network = fault;
    }

    /// What is wrong with the network.
    pub fn network(&self) -> NetworkFault {
        self.network
    }

    /// What becomes of the next exchange.
    pub(crate) fn passage(&mut self) -> Passage {
        let exchanges = match &mut self.network {
            NetworkFault::None => return Passage::Through,
            NetworkFault::Offline => return Passage::Lost,
            NetworkFault::Delay { ms } => {
                self.now.0 = self.now.0.saturating_add((*ms).max(0));
                return Passage::Through;
            }
            NetworkFault::Drop { exchanges }
            | NetworkFault::Status { exchanges, .. }
            | NetworkFault::Truncate { exchanges } => exchanges,
        };
        let Some(left) = exchanges.checked_sub(1) else {
            self.network = NetworkFault::None;
            return Passage::Through;
        };
        *exchanges = left;
        let passage = match self.network {
            NetworkFault::Status { code, .. } => {
                Passage::Answered(HttpResponse { status: code, headers: Headers::new(), body: Vec::new() })
            }
            NetworkFault::Truncate { .. } => Passage::Cut,
            _ => Passage::Lost,
        };
        if left == 0 {
            self.network = NetworkFault::None;
        }
        passage
    }
}

/// Cuts an answer in the middle of its body.
pub(crate) fn cut(mut response: HttpResponse) -> HttpResponse {
    response.body.truncate(response.body.len() / 2);
    response
}
