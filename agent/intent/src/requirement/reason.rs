//! Why a row cannot be judged on a phone, today or ever.

pub(super) const NO_MDM: &str = "the simulated phone is not yet enrolled with an MDM server, so nothing is assigned to it, redeployed or retired";
pub(super) const NO_DERIVED: &str = "the simulated phone cannot yet fetch a derived credential";
pub(super) const NO_SECOND_FACTOR: &str =
    "the embedded sign-in asks for no second factor, and the embedded server refuses no way of signing in";
pub(super) const NO_TENANT: &str =
    "the embedded sign-in belongs to no tenant, so no app needs anybody's consent there";
pub(super) const NO_TLS_SEEN: &str =
    "an account is not yet observed with the way it connects, encrypted or in the clear";
pub(super) const NO_VPN: &str = "the simulated phone has no VPN, and connections are not observed";
pub(super) const NO_OUTLOOK: &str = "the simulated phone has no Outlook yet";
pub(super) const NO_CONNECTOR: &str =
    "no certificate connector and no second phone of the same user are simulated yet";
pub(super) const NO_PORTAL: &str = "the simulated phone has no Company Portal yet";
pub(super) const NO_OTHER_CLIENT: &str = "the simulated phone has no mail app beside Mail yet";
pub(super) const NO_SECOND_PHONE: &str = "no second phone of the same user is simulated yet";
pub(super) const NO_COMPLIANCE: &str = "no compliance policy is simulated yet";

pub(super) const SERVER_SIDE: &str =
    "what a server can do is known to neither the policy nor the phone; lint warns of it";
pub(super) const PORTAL_FORM: &str =
    "it is about the form in the admin centre; a phone sees only the settings that come out of it";
pub(super) const AUTHORITY: &str =
    "it happens at the certification authority; a phone sees only the certificates it was given";
pub(super) const OWN_OUTPUT: &str =
    "that something is never revealed cannot be seen on a phone; it is tested on what this program writes";
pub(super) const HISTORY: &str = "it was so for some months of 2018 and is no more";
pub(super) const SCOPE: &str = "it is about other platforms than iOS";
pub(super) const EDITION: &str =
    "it is how one edition of a document differs from another; no phone behaves differently";
