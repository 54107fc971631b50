# Les paramètres du formulaire, tels que les nomme l’édition française de la documentation (02/2020), par propriété de
# Graph. Là où cette édition se trompe, l’erreur n’est pas reprise ; elle est consignée dans le catalogue des exigences.

setting-hostName = Serveur de messagerie
setting-accountName = Nom du compte
setting-usernameAADSource = Attribut de nom d’utilisateur d’AAD
setting-emailAddressSource = Attribut d’adresse e-mail d’AAD
setting-authenticationMethod = Méthode d’authentification
setting-requireSsl = SSL
setting-useOAuth = OAuth
setting-easServices = Données Exchange à synchroniser
setting-easServicesUserOverrideEnabled = Autoriser les utilisateurs à modifier les paramètres de synchronisation
# LNG-004 : l’édition écrit « Nombre d’e-mails à synchroniser » ; l’unité est le jour.
setting-durationOfEmailToSync = Quantité d’e-mails (en jours) à synchroniser
setting-blockMovingMessagesToOtherEmailAccounts = Autoriser le déplacement des messages vers d’autres comptes e-mail
setting-blockSendingEmailFromThirdPartyApps = Autoriser l’envoi d’e-mails à partir d’applications tierces
setting-blockSyncingRecentlyUsedEmailAddresses = Synchroniser les adresses e-mail récemment utilisées
setting-smimeSigningEnabled = Signature S/MIME activée
# LNG-012 : l’édition écrit tantôt « modifier », tantôt « changer » ; ici toujours « modifier ».
setting-smimeSigningUserOverrideEnabled = Signature S/MIME activée : Autoriser l’utilisateur à modifier le paramètre
setting-smimeSigningCertificateUserOverrideEnabled = Type de certificat de signature : Autoriser l’utilisateur à modifier le paramètre
setting-signingCertificateType = Type de certificat de signature
setting-smimeEncryptByDefaultEnabled = Chiffrer par défaut
setting-smimeEncryptByDefaultUserOverrideEnabled = Chiffrer par défaut : Autoriser l’utilisateur à modifier le paramètre
setting-smimeEnablePerMessageSwitch = Forcer le chiffrement par message
setting-smimeEncryptionCertificateUserOverrideEnabled = Type de certificat de chiffrement : Autoriser l’utilisateur à modifier le paramètre
setting-encryptionCertificateType = Type de certificat de chiffrement
setting-requireSmime = S/MIME
# LNG-001 : l’édition ne connaît pas encore ce paramètre ; traduction de l’édition anglaise.
setting-perAppVPNProfileId = Profil VPN
