//! Why a row cannot be judged on a phone, today or ever.

pub(super) const NO_MDM: &str = "waits for the MDM server: the simulated phone is not yet enrolled with one, so nothing is sent to it again";
pub(super) const NO_DERIVED: &str = "waits for Company Portal, in which the user fetches a derived credential; the simulated phone has none yet";
pub(super) const NO_SECOND_FACTOR: &str = "waits for ActiveSync on the wire: the embedded sign-in asks for no second factor, and the embedded server refuses no way of signing in";
pub(super) const NO_TENANT: &str = "waits for a tenant behind the embedded sign-in, which comes with ActiveSync on the wire: no app needs anybody's consent there yet";
pub(super) const NO_TLS_SEEN: &str = "waits for ActiveSync on the wire: phone and server speak within one process, neither encrypted nor in the clear";
pub(super) const NO_VPN: &str = "waits for ActiveSync on the wire: there are no connections yet that could go through a VPN, and the simulated phone has none";
pub(super) const NO_OUTLOOK: &str = "waits for the Outlook app, which the simulated phone does not have yet";
pub(super) const ENROLS_FOR_MAIL: &str = "waits for Company Portal and the Outlook app: such a certificate comes to Mail already (SMO-005), to Outlook not yet";
pub(super) const NO_CONNECTOR: &str =
    "waits for the MDM server: behind it stand the certificate connectors, none of which is simulated yet";
pub(super) const NO_PORTAL: &str = "waits for Company Portal, which the simulated phone does not have yet";
pub(super) const NO_OTHER_CLIENT: &str =
    "waits for the Outlook app: the simulated phone has no mail app beside Mail yet";
pub(super) const NO_SECOND_PHONE: &str = "waits for the MDM server, with which several phones of one user enrol: each simulated phone has a world of its own yet, with servers that know no other";
pub(super) const NO_COMPLIANCE: &str =
    "waits for the MDM server, which brings compliance policies; none is simulated yet";

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
