# What to do about a failure, by the key of the remedy. The English texts are those of `verdict::REMEDIES`; a test holds
# them against each other.

remedy-account-missing = The phone shows no working account ({ $observed }). Look whether the profile is installed, whether the user was asked to sign in and has done so, and whether the server can be reached.
remedy-action = The user tried this and it was { $observed }, where the policy means { $expected }. Set “{ $setting }” ({ $graph }) as meant, assign the policy again and let the device check in.
remedy-certificate-expired = The certificate on the device is { $observed }. Renew it through its certificate profile, and keep the old one on the device so that old encrypted mail stays readable.
remedy-certificate-missing = The identity is { $observed }. Assign its certificate profile and the trusted root to the same user group as the e-mail profile, and look at the certificate profile's own status for an error.
remedy-duplicate-account = The user set up the mailbox by hand before the profile came (21005, account not unique). Ask the user to delete that account in Settings and then to sync the device in Company Portal.
remedy-in-force-early = Settings were in force before the user had signed in. Install the profile anew and look at what the account had been before.
remedy-left-behind = The profile is gone, and something that it brought is { $observed }. Let the device check in; if it stays, remove it by hand in Settings and look which other profile brings it.
remedy-mail-step = A message did not go as it must: { $observed }. Look at the certificates that the profile delivers: validity, key usage, the address in them, and whether the receiver trusts their root.
remedy-not-assigned = The account is { $observed }, the assignments mean { $expected }. Look at the groups of the policy and of the user, let the device check in, and ask whether the user set the account up by hand.
remedy-not-installed = The profile is { $observed } on the device. Look whether the policy is assigned to this user, whether the device has checked in since, and what error it reported.
remedy-outlook-unmanaged = Outlook is { $observed } on the device, the policy means { $expected }. Assign the app as required or available for enrolled devices, and its configuration to the same groups; an app that the user had installed before has to be taken under management.
remedy-prompt-missing = The phone asked for { $observed } where { $expected } must be asked. Look at “Authentication method” and “OAuth” of the policy, and whether the named certificate was delivered.
remedy-prompt-pending = A prompt waits on the phone, so that what was sent to it last is not in force yet. Ask the owner to answer the prompt on the phone, and judge again then; only what differs still is a matter of policies and certificates.
remedy-redeploy-loop = The profile was installed { $observed }. Assign every certificate profile that it links, and the trusted root, to the same groups as the e-mail profile; `handset why prompts` names the one that is missing.
remedy-refused = The phone refused the profile. Read the error with `handset explain CODE`, mend the policy, and assign it again.
remedy-report = Intune reports { $observed }. Read the code with `handset explain CODE`; after mending the cause, sync the device and read the report again.
remedy-setting = The device has { $observed }, the policy means { $expected }. Set “{ $setting }” ({ $graph }, Apple’s { $key }) as meant, or let the device check in so that the policy is sent again.
remedy-unknown = The device has { $observed }, the policy means { $expected }. Send the profile again, and look who else configures the device.
remedy-user-change = The owner changed this by hand, which the policy allows: it is { $observed } now, the policy installs { $expected }. If that must not be, take the choice away (“Allow users to change …”: No); sending the profile again resets it.
remedy-wire-encrypted = A captured message is encrypted: { $observed }, the policy means { $expected }. Look at “Encrypt by default” and at the certificates of its recipients.
remedy-wire-recipients = A captured message is not encrypted to the certificate that is known of an addressee. Publish the current certificate in the directory, and let the sender's phone fetch it anew.
remedy-wire-signature = The signature of a captured message does not hold, or is another person's. Look what changes messages in transit, and whether the signing certificate carries the user's address.
remedy-wire-signed = A captured message is signed: { $observed }, the policy means { $expected }. Look whether this device has the policy and a valid signing certificate.
