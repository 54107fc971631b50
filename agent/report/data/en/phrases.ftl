# Sentences that stand in English in the JSON contract, as patterns. Every pattern is plain text with places, without
# choices, so that a sentence can be recognised by it and said in another language. What is not listed stays English.

## What an action showed

phrase-kept = shown, but { $key } keeps it as it is
phrase-should-keep = { $key } should keep it as it is, but { $problem }
phrase-asks = the phone asks for what { $key } sets
phrase-service-on = { $service } switched on; { $items } items came
phrase-service-off = { $service } switched off; its items left the phone
phrase-service-not = { $service } is not { $state } with { $items } items
phrase-signing-is = signing is { $switch }
phrase-encryption-is = encryption by default is { $state }
phrase-picked = picked { $name }
phrase-identity-stayed = the identity stayed
phrase-message-starts = a new message starts { $state } and became { $became }
phrase-window-set = set to { $days } days; { $messages } messages are on the phone
phrase-moved = the newest message went to the owner’s own account
phrase-not-moved = no message moved
phrase-forwarded = the newest message went to { $address } through the owner’s own account
phrase-sent-from-app = the message went to { $address }
phrase-none-left = no message left
phrase-kept-by-mail = the share sheet took the message; Mail keeps it for want of an identity
phrase-profile-gone = the profile went with its account and certificates
phrase-something-stayed = something of it stayed
phrase-no-account = there is no such account, or its settings are not in force
phrase-smime-off = S/MIME is off for the account
phrase-no-control = this iOS has no such control
phrase-function-off = the function is off
phrase-no-other-identity = there is no other identity to pick
phrase-no-lock = new messages have no lock
phrase-no-mailbox = the account has no mailbox while Mail is off
phrase-no-message = there is no message
phrase-no-such-profile = there is no such profile

## What a step with mail showed

phrase-no-root = the profile brings no root certificate that it could be verified with
phrase-no-mail-account = the profile brings no mail account
phrase-not-in-force = the account’s settings are not in force
phrase-mail-off = Mail is off for the account
phrase-signing-fixed = signing is { $switch } and the owner cannot change it ({ $key })
phrase-start-fixed = new messages start { $state } and the owner cannot change it ({ $key })
phrase-no-signing-identity = the profile names no signing identity
phrase-no-encryption-identity = the profile names no encryption identity
phrase-no-answer-identity = the profile names no encryption identity that an answer could be encrypted to
phrase-none-reached = no message reached the colleague
phrase-no-usable-certificate = no usable certificate for { $recipients }
phrase-no-signed-message = no signed message went out
phrase-sees-signature = { $person } sees a valid signature of { $signer }
phrase-cannot-verify = { $person } cannot verify it: { $problem }
phrase-sees-no-signature = { $person } does not see a valid signature: { $problem }
phrase-sees-change = { $person } sees that the copy was changed: { $problem }
phrase-misses-change = { $person } does not notice that the copy was changed
phrase-decrypts = { $person } decrypts it
phrase-decrypts-unverified = { $person } decrypts it, but cannot verify it: { $problem }
phrase-decrypts-and-verifies = { $person } decrypts it, sees a valid signature of { $signer } and the attachment
phrase-cannot-read = { $person } cannot read it as meant: { $problem }
phrase-no-answer = there is no answer
phrase-cannot-answer = { $person } cannot answer: { $problem }
phrase-answer-read = the phone decrypts it and shows a valid signature
phrase-answer-torn = text or attachment did not arrive whole
phrase-not-genuine = the phone does not show the changed copy as genuine
phrase-taken-genuine = the phone does not notice that the copy was changed
phrase-not-arrived = the message did not arrive on the phone
phrase-asks-about = the phone asks about { $recipients }, and nothing leaves it
phrase-not-asked = nothing left, but the phone did not ask
phrase-messages-left = { $messages } messages left the phone
phrase-nobody-signed = nobody signed
phrase-not-encrypted = the message is not encrypted
phrase-not-signed = the message is not signed
phrase-content-changed = the content was changed
phrase-expired = the certificate of { $subject } has expired
phrase-not-valid-yet = the certificate of { $subject } is not valid yet
phrase-other-address = the signer’s address is not the sender’s

## What the phone asked

phrase-ask-password = Enter the Exchange password for “{ $name }”
phrase-ask-sign-in = Sign in as { $address }
phrase-ask-address = Enter the e-mail address
phrase-ask-user-name = Enter the user name
phrase-ask-certificate = Enter the password for the certificate “{ $name }”
phrase-ask-recipients = No certificate for { $recipients }: remove it, or do not send?
phrase-ask-account-address = Enter the e-mail address for the account “{ $name }”
phrase-ask-account-password = Enter the password for the account “{ $name }”
phrase-ask-server-password = Enter the password for “{ $name }”
phrase-ask-server-user = Enter the user name for “{ $name }”

## Where the phone did otherwise

phrase-account-in-force = an account in force
phrase-there-is-no-account = there is no account
phrase-sign-in-refused = the server does not accept the sign-in
phrase-unreachable = the server ({ $host }) cannot be reached
phrase-waits = the account waits for its owner

## Why something was not judged, or what else must be known

phrase-not-told = nothing in the evidence tells it
phrase-by-hand = the owner of the device has changed it by hand
phrase-not-settled = the documents do not settle whether the phone takes it
phrase-device-says = the device says { $error }
phrase-waits-for-sign-in = the account waits for its owner to sign in
phrase-not-back = the evidence does not reach back to the installation
phrase-no-prompt = no prompt was seen
phrase-no-list = nothing in the evidence lists certificates
phrase-unasked = the policy makes no demand of this on this device
phrase-reports = Intune reports { $state }, which settles nothing
phrase-of-messages = { $messages } of { $of } messages
phrase-other-profile = a mail profile is on the device, and nothing tells that it is the one of this policy: “{ $name }”
phrase-removed-since = the profile has been removed since
phrase-not-looked-since = nobody has looked since the profile was removed
phrase-no-account-told = nothing in the evidence tells of this account
phrase-no-install-told = the evidence does not tell when the profile was installed
phrase-owner-follows = it follows from what the owner has changed by hand
phrase-unknown-signer = the signatures fit, but nothing tells whose they are: no certificate in the evidence is the signer's
phrase-no-apps-listed = nothing in the evidence lists managed apps
phrase-not-reached = “{ $name }” does not reach { $person }, and is needed
phrase-not-assigned-to = the policy “{ $name }” is not assigned to { $person }
phrase-excluded-by = the policy “{ $name }” is not for { $person }: the group “{ $group }” is excluded
phrase-assignment-unknown = the document does not say whom the policy is assigned to
phrase-assignment-filter = a filter narrows the assignment, and who passes it is not in the policy
phrase-assignment-group-unknown = the directory knows no group “{ $group }”, so that whether the policy is for { $person } cannot be told
phrase-no-mdm = waits for the MDM server: the simulated phone is not yet enrolled with one, so nothing is sent to it again
phrase-no-derived = waits for Company Portal, in which the user fetches a derived credential; the simulated phone has none yet
phrase-no-second-factor = waits for ActiveSync on the wire: the embedded sign-in asks for no second factor, and the embedded server refuses no way of signing in
phrase-no-tenant = waits for a tenant behind the embedded sign-in, which comes with ActiveSync on the wire: no app needs anybody's consent there yet
phrase-no-tls-seen = waits for ActiveSync on the wire: phone and server speak within one process, neither encrypted nor in the clear
phrase-no-vpn = waits for ActiveSync on the wire: there are no connections yet that could go through a VPN, and the simulated phone has none
phrase-no-outlook = waits for the Outlook app, which the simulated phone does not have yet
phrase-enrols-for-mail = waits for Company Portal and the Outlook app: such a certificate comes to Mail already (SMO-005), to Outlook not yet
phrase-no-connector = waits for the MDM server: behind it stand the certificate connectors, none of which is simulated yet
phrase-no-portal = waits for Company Portal, which the simulated phone does not have yet
phrase-no-other-client = waits for the Outlook app: the simulated phone has no mail app beside Mail yet
phrase-no-second-phone = waits for the MDM server, with which several phones of one user enrol: each simulated phone has a world of its own yet, with servers that know no other
phrase-no-compliance = waits for the MDM server, which brings compliance policies; none is simulated yet
phrase-server-side = what a server can do is known to neither the policy nor the phone; lint warns of it
phrase-portal-form = it is about the form in the admin centre; a phone sees only the settings that come out of it
phrase-authority = it happens at the certification authority; a phone sees only the certificates it was given
phrase-own-output = that something is never revealed cannot be seen on a phone; it is tested on what this program writes
phrase-history = it was so for some months of 2018 and is no more
phrase-scope = it is about other platforms than iOS
phrase-edition = it is how one edition of a document differs from another; no phone behaves differently

## Words in their places

phrase-word-mail = mail
phrase-word-contacts = contacts
phrase-word-calendars = calendars
phrase-word-reminders = reminders
phrase-word-notes = notes
phrase-word-on = on
phrase-word-off = off
phrase-word-clear = clear
phrase-word-encrypted = encrypted
phrase-word-nothing = nothing
phrase-word-allowed = allowed
phrase-word-absent = absent
phrase-word-denied = denied
phrase-word-denied-by = denied by { $key }
phrase-word-missing = missing
phrase-word-expired = expired
phrase-word-not-valid-yet = not valid yet
phrase-word-on-the-device = on the device
phrase-word-on-the-phone = on the phone
phrase-word-not-on-the-phone = not on the phone
phrase-word-gone = gone
phrase-word-still-there = still there
phrase-word-not-managed = not managed
phrase-word-managed-configured = managed, with a configuration
phrase-word-managed-unconfigured = managed, without a configuration
phrase-word-a-vpn = a VPN
phrase-word-refused = refused
phrase-word-installed = installed
phrase-word-none = none
phrase-word-an-identity = an identity
phrase-word-ok = ok
phrase-word-default = default
phrase-word-user = user

## What a step of a scenario came to

phrase-step-refreshed = refreshed
phrase-step-time-passed = time passed
phrase-step-arrived = arrived
phrase-step-done = done
phrase-step-network = the network changed
phrase-step-answered = answered { $kind }
phrase-step-installed = installed { $profile }
phrase-step-waits-owner = waits for the owner
phrase-step-waits-server = waits for an enrolment server
phrase-no-check = no check was made
