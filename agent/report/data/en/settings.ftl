# The settings of the form in the admin centre, as the English edition of the documentation calls them (09/2020), by the
# property of Graph. A name in two parts is a setting below another one.

setting-hostName = Email server
setting-accountName = Account name
setting-usernameAADSource = Username attribute from AAD
setting-emailAddressSource = Email address attribute from AAD
setting-authenticationMethod = Authentication method
setting-requireSsl = SSL
setting-useOAuth = OAuth
setting-easServices = Exchange data to sync
setting-easServicesUserOverrideEnabled = Allow users to change sync settings
setting-durationOfEmailToSync = Amount of email to synchronize
setting-blockMovingMessagesToOtherEmailAccounts = Allow messages to be moved to other email accounts
setting-blockSendingEmailFromThirdPartyApps = Allow email to be sent from third-party applications
setting-blockSyncingRecentlyUsedEmailAddresses = Synchronize recently used email addresses
setting-smimeSigningEnabled = S/MIME signing enabled
setting-smimeSigningUserOverrideEnabled = S/MIME signing enabled: Allow user to change setting
setting-smimeSigningCertificateUserOverrideEnabled = Signing certificate type: Allow user to change setting
setting-signingCertificateType = Signing certificate type
setting-smimeEncryptByDefaultEnabled = Encrypt by default
setting-smimeEncryptByDefaultUserOverrideEnabled = Encrypt by default: Allow user to change setting
setting-smimeEnablePerMessageSwitch = Force per-message encryption
setting-smimeEncryptionCertificateUserOverrideEnabled = Encryption certificate type: Allow user to change setting
setting-encryptionCertificateType = Encryption certificate type
setting-requireSmime = S/MIME
setting-perAppVPNProfileId = VPN profile
