# De instellingen van het formulier, zoals de Nederlandse uitgave van de documentatie (08/2020) ze noemt, per eigenschap
# van Graph. Waar die uitgave zich vergist, is dat niet overgenomen; het staat in de catalogus van vereisten.

setting-hostName = E-mailserver
setting-accountName = Accountnaam
setting-usernameAADSource = Het kenmerk Gebruikersnaam van AAD
setting-emailAddressSource = Kenmerk van het e-mailadres van AAD
setting-authenticationMethod = Verificatiemethode
setting-requireSsl = SSL
setting-useOAuth = OAuth
setting-easServices = Exchange-gegevens om te synchroniseren
setting-easServicesUserOverrideEnabled = Gebruikers toestaan om de synchronisatie-instellingen te wijzigen
setting-durationOfEmailToSync = Aantal dagen e-mail voor synchronisatie
setting-blockMovingMessagesToOtherEmailAccounts = Toestaan dat berichten worden verplaatst naar andere e-mailaccounts
setting-blockSendingEmailFromThirdPartyApps = Toestaan dat e-mail wordt verzonden vanuit toepassingen van derden
setting-blockSyncingRecentlyUsedEmailAddresses = Recent gebruikte e-mailadressen synchroniseren
setting-smimeSigningEnabled = S/MIME-ondertekening ingeschakeld
setting-smimeSigningUserOverrideEnabled = S/MIME-ondertekening ingeschakeld: Gebruiker toestaan de instelling te wijzigen
setting-smimeSigningCertificateUserOverrideEnabled = Certificaattype ondertekenen: Gebruiker toestaan de instelling te wijzigen
setting-signingCertificateType = Certificaattype ondertekenen
setting-smimeEncryptByDefaultEnabled = Standaard versleutelen
setting-smimeEncryptByDefaultUserOverrideEnabled = Standaard versleutelen: Gebruiker toestaan de instelling te wijzigen
setting-smimeEnablePerMessageSwitch = Versleuteling per bericht afdwingen
setting-smimeEncryptionCertificateUserOverrideEnabled = Type versleutelingscertificaat: Gebruiker toestaan de instelling te wijzigen
setting-encryptionCertificateType = Type versleutelingscertificaat
setting-requireSmime = S/MIME
# LNG-001: deze uitgave kent de instelling nog niet; vertaald uit de Engelse.
setting-perAppVPNProfileId = VPN-profiel
