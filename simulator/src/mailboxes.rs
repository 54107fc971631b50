//! A world with open doors: the server takes in whoever the phone signs in as.
//!
//! A phone that is kept gets profiles for addresses that nobody named when it was made. So the embedded server makes
//! a mailbox for every account of the phone, and the first password shown for a mailbox becomes its password; from
//! then on any other is refused.

use crate::world::{LOGIN_HOST, World, mailbox_address};
use device::{Account, AccountOrigin, Secret};
use peers::User;
use wire::authorization::{AUTHORIZATION, Authorization};
use wire::url::decode_form;
use wire::{HttpRequest, Method, Url};

impl World {
    /// Opens the doors. A password that the owner was given at the start stays the only one.
    #[must_use]
    pub fn with_open_mailboxes(mut self) -> Self {
        self.open = true;
        if self.owner.password.is_some() {
            self.settled.insert(mailbox_address(&self.owner.email).to_lowercase());
        }
        self
    }

    /// Whom a profile is for, by its account; the owner when it brought none.
    pub(crate) fn holder(&self, profile: &str) -> String {
        let accounts = self.device.accounts().iter();
        let own = accounts.filter(
            |a| matches!(a.origin(), AccountOrigin::Profile { identifier, .. } if identifier == profile),
        );
        let addresses = own.filter_map(|a| a.email()).map(mailbox_address);
        let known = addresses.filter(|_| self.open).find(|a| self.exchange.mailbox(a).is_some());
        known.unwrap_or_else(|| self.owner.email.clone())
    }

    /// Whether an account has its mailbox, and its names are those of that mailbox.
    fn is_taken_in(&self, account: &Account, email: &str) -> bool {
        let directory = self.exchange.directory();
        let Some(user) = directory.user(&mailbox_address(email)) else { return false };
        let own = |name: &str| {
            directory.user_of_sign_in(name).is_some_and(|u| u.address.eq_ignore_ascii_case(&user.address))
        };
        own(email) && account.user_name().is_none_or(own)
    }

    /// Makes the mailboxes of the phone's accounts, and settles a password that a request shows for the first time.
    pub(crate) fn take_in(&mut self, request: &HttpRequest, url: &Url<'_>) {
        // Most requests come from accounts that are known.
        let unknown =
            |account: &&Account| account.email().is_some_and(|email| !self.is_taken_in(account, email));
        let accounts: Vec<(String, Option<String>)> = self
            .device
            .accounts()
            .iter()
            .filter(unknown)
            .filter_map(|a| Some((a.email()?.to_owned(), a.user_name().map(str::to_owned))))
            .collect();
        for (email, user_name) in accounts {
            let address = mailbox_address(&email);
            if self.exchange.directory().user(&address).is_none() {
                let name = address.split('@').next().unwrap_or_default();
                let user = User { sign_in_names: Vec::new(), ..User::new(&address, name, "") };
                // An address with control characters has no mailbox; the sign-in then fails as it would elsewhere.
                let _ = self.exchange.add_user(user, self.now);
            }
            for name in [Some(email.as_str()), user_name.as_deref()].into_iter().flatten() {
                let holder = self.exchange.directory().user_of_sign_in(name);
                let differs = holder.is_none_or(|u| !u.address.eq_ignore_ascii_case(&address));
                if differs {
                    let _ = self.exchange.directory_mut().give_sign_in_name(&address, name);
                }
            }
        }
        self.acquaint();
        let Some((name, password)) = shown(request, url) else { return };
        let Some(address) = self.exchange.directory().user_of_sign_in(&name).map(|u| u.address.clone())
        else {
            return;
        };
        let known = self.exchange.directory().user(&address).is_some_and(|u| u.password == password);
        let folded = address.to_lowercase();
        if !self.settled.contains(&folded) && self.settled.insert(folded) && !known {
            // The user was just found.
            let _ = self.exchange.directory_mut().set_password(&address, password.expose());
        }
    }
}

/// The user name and password that a request shows: in its header, or typed into the sign-in page.
fn shown(request: &HttpRequest, url: &Url<'_>) -> Option<(String, Secret)> {
    if url.host.eq_ignore_ascii_case(LOGIN_HOST) {
        if request.method != Method::Post || url.path != peers::token_issuer::AUTHORIZE {
            return None;
        }
        let form = decode_form(&String::from_utf8_lossy(&request.body));
        let field = |name: &str| form.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        return Some((field("username")?, Secret::new(field("password")?)));
    }
    match Authorization::from_header(request.headers.get(AUTHORIZATION)?)? {
        Authorization::Basic { user, password } => Some((user, password)),
        Authorization::Bearer(_) => None,
    }
}
