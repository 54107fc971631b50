# Les phrases que le contrat JSON dit en anglais.

## Ce qu’une action a montré

phrase-kept = affiché, mais { $key } le maintient tel quel
phrase-should-keep = { $key } devrait le maintenir tel quel, mais { $problem }
phrase-asks = le téléphone demande ce que { $key } fixe
phrase-service-on = { $service } : activé ; { $items ->
    [one] { $items } élément est arrivé
   *[other] { $items } éléments sont arrivés
}
phrase-service-off = { $service } : désactivé ; les éléments ont quitté le téléphone
phrase-service-not = { $service } : pas { $state }, avec { $items ->
    [one] { $items } élément
   *[other] { $items } éléments
}
phrase-signing-is = la signature est { $switch ->
    [on] activée
   *[off] désactivée
}
phrase-encryption-is = le chiffrement par défaut est { $state }
phrase-picked = { $name } choisi
phrase-identity-stayed = l’identité est restée la même
phrase-message-starts = un nouveau message commence { $state } et est devenu { $became }
phrase-window-set = réglé sur { $days ->
    [one] { $days } jour
   *[other] { $days } jours
} ; { $messages ->
    [one] { $messages } message est sur le téléphone
   *[other] { $messages } messages sont sur le téléphone
}
phrase-moved = le message le plus récent est passé dans le compte personnel du propriétaire
phrase-not-moved = aucun message n’a été déplacé
phrase-forwarded = le message le plus récent est parti vers { $address } par le compte personnel du propriétaire
phrase-sent-from-app = le message est parti vers { $address }
phrase-none-left = aucun message n’est parti
phrase-kept-by-mail = la feuille de partage a pris le message ; Mail le retient faute d’identité
phrase-profile-gone = le profil a disparu avec son compte et ses certificats
phrase-something-stayed = il en est resté quelque chose
phrase-no-account = ce compte n’existe pas, ou ses réglages ne sont pas en vigueur
phrase-smime-off = S/MIME est désactivé pour le compte
phrase-no-control = cette version d’iOS n’a pas cette commande
phrase-function-off = la fonction est désactivée
phrase-no-other-identity = il n’y a pas d’autre identité à choisir
phrase-no-lock = les nouveaux messages n’ont pas de cadenas
phrase-no-mailbox = le compte n’a pas de boîte aux lettres tant que Mail est désactivé
phrase-no-message = il n’y a aucun message
phrase-no-such-profile = ce profil n’existe pas

## Ce qu’une étape de messagerie a montré

phrase-no-root = le profil n’apporte aucun certificat racine permettant de la vérifier
phrase-no-mail-account = le profil n’apporte aucun compte de messagerie
phrase-not-in-force = les réglages du compte ne sont pas en vigueur
phrase-mail-off = Mail est désactivé pour le compte
phrase-signing-fixed = la signature est { $switch ->
    [on] activée
   *[off] désactivée
} et le propriétaire ne peut pas la modifier ({ $key })
phrase-start-fixed = les nouveaux messages commencent { $state } et le propriétaire ne peut pas le modifier ({ $key })
phrase-no-signing-identity = le profil ne désigne aucune identité de signature
phrase-no-encryption-identity = le profil ne désigne aucune identité de chiffrement
phrase-no-answer-identity = le profil ne désigne aucune identité de chiffrement pour laquelle une réponse pourrait être chiffrée
phrase-none-reached = aucun message n’est parvenu au collègue
phrase-no-usable-certificate = aucun certificat utilisable pour { $recipients }
phrase-no-signed-message = aucun message signé n’est parti
phrase-sees-signature = { $person } voit une signature valide ({ $signer })
phrase-cannot-verify = { $person } ne peut pas la vérifier : { $problem }
phrase-sees-no-signature = { $person } ne voit pas de signature valide : { $problem }
phrase-sees-change = { $person } voit que la copie a été modifiée : { $problem }
phrase-misses-change = { $person } ne remarque pas que la copie a été modifiée
phrase-decrypts = { $person } le déchiffre
phrase-decrypts-unverified = { $person } le déchiffre, mais ne peut pas vérifier la signature : { $problem }
phrase-decrypts-and-verifies = { $person } le déchiffre, voit une signature valide ({ $signer }) et la pièce jointe
phrase-cannot-read = { $person } ne peut pas le lire comme prévu : { $problem }
phrase-no-answer = il n’y a pas de réponse
phrase-cannot-answer = { $person } ne peut pas répondre : { $problem }
phrase-answer-read = le téléphone la déchiffre et montre une signature valide
phrase-answer-torn = le texte ou la pièce jointe n’est pas arrivé entier
phrase-not-genuine = le téléphone ne présente pas la copie modifiée comme authentique
phrase-taken-genuine = le téléphone ne remarque pas que la copie a été modifiée
phrase-not-arrived = le message n’est pas arrivé sur le téléphone
phrase-asks-about = le téléphone pose la question pour { $recipients }, et rien ne le quitte
phrase-not-asked = rien n’est parti, mais le téléphone n’a pas posé la question
phrase-messages-left = { $messages ->
    [one] { $messages } message a quitté le téléphone
   *[other] { $messages } messages ont quitté le téléphone
}
phrase-nobody-signed = personne n’a signé
phrase-not-encrypted = le message n’est pas chiffré
phrase-not-signed = le message n’est pas signé
phrase-content-changed = le contenu a été modifié
phrase-expired = le certificat de { $subject } a expiré
phrase-not-valid-yet = le certificat de { $subject } n’est pas encore valide
phrase-other-address = l’adresse du signataire n’est pas celle de l’expéditeur

## Ce que le téléphone a demandé

phrase-ask-password = Saisissez le mot de passe Exchange de « { $name } »
phrase-ask-sign-in = Connectez-vous en tant que { $address }
phrase-ask-address = Saisissez l’adresse e-mail
phrase-ask-user-name = Saisissez le nom d’utilisateur
phrase-ask-certificate = Saisissez le mot de passe du certificat « { $name } »
phrase-ask-recipients = Aucun certificat pour { $recipients } : le retirer, ou ne pas envoyer ?
phrase-ask-account-address = Saisissez l’adresse e-mail du compte « { $name } »
phrase-ask-account-password = Saisissez le mot de passe du compte « { $name } »
phrase-ask-server-password = Saisissez le mot de passe pour « { $name } »
phrase-ask-server-user = Saisissez le nom d’utilisateur pour « { $name } »

## Là où le téléphone a fait autrement

phrase-account-in-force = un compte en vigueur
phrase-there-is-no-account = il n’y a pas de compte
phrase-sign-in-refused = le serveur n’accepte pas la connexion
phrase-unreachable = le serveur ({ $host }) est injoignable
phrase-waits = le compte attend son propriétaire

## Pourquoi quelque chose n’a pas été jugé, ou ce qu’il faut savoir d’autre

phrase-not-told = rien dans les preuves ne l’indique
phrase-by-hand = le propriétaire de l’appareil l’a modifié à la main
phrase-not-settled = les documents ne disent pas si le téléphone l’accepte
phrase-device-says = l’appareil dit { $error }
phrase-waits-for-sign-in = le compte attend que son propriétaire se connecte
phrase-prompt-password = le téléphone attend le mot de passe du compte ; tant qu’il n’est pas saisi, ce qui était là avant reste en vigueur
phrase-prompt-sign-in = le téléphone attend que son propriétaire se connecte au compte ; jusque-là, ce qui était là avant reste en vigueur
phrase-prompt-email-address = le téléphone attend l’adresse e-mail du compte ; tant qu’elle n’est pas saisie, ce qui était là avant reste en vigueur
phrase-prompt-user-name = le téléphone attend le nom d’utilisateur du compte ; tant qu’il n’est pas saisi, ce qui était là avant reste en vigueur
phrase-prompt-certificate-password = le téléphone attend le mot de passe d’un certificat du profil ; tant qu’il n’est pas saisi, rien de ce profil n’est installé
phrase-prompt-consent = le téléphone attend que son propriétaire accepte le profil ; jusque-là, rien de ce profil n’est installé
phrase-not-back = les preuves ne remontent pas jusqu’à l’installation
phrase-no-prompt = aucune demande n’a été vue
phrase-no-list = rien dans les preuves n’énumère les certificats
phrase-unasked = la stratégie n’exige rien de tel sur cet appareil
phrase-reports = Intune signale « { $compliance } », ce qui n’établit rien
phrase-of-messages = { $messages ->
    [one] { $messages } message
   *[other] { $messages } messages
} sur { $of }
phrase-other-profile = un profil de messagerie est sur l’appareil, et rien ne dit que c’est celui de cette stratégie : « { $name } »
phrase-removed-since = le profil a été retiré depuis
phrase-not-looked-since = personne n’a regardé depuis que le profil a été retiré
phrase-no-account-told = rien dans les preuves ne parle de ce compte
phrase-no-install-told = les preuves ne disent pas quand le profil a été installé
phrase-owner-follows = cela découle de ce que le propriétaire a modifié à la main
phrase-unknown-signer = les signatures concordent, mais rien ne dit de qui elles sont : aucun certificat des preuves n’est celui du signataire
phrase-no-apps-listed = rien dans les preuves n’énumère les apps gérées
phrase-not-reached = « { $name } » ne parvient pas à { $person }, qui en a besoin
phrase-not-assigned-to = la stratégie « { $name } » n’est pas affectée à { $person }
phrase-excluded-by = la stratégie « { $name } » n’est pas pour { $person } : le groupe « { $group } » est exclu
phrase-assignment-unknown = le document ne dit pas à qui la stratégie est affectée
phrase-assignment-filter = un filtre restreint l’affectation, et la stratégie ne dit pas qui y satisfait
phrase-assignment-group-unknown = l’annuaire ne connaît pas de groupe « { $group } », si bien qu’on ne peut dire si la stratégie est pour { $person }
phrase-no-mdm = attend le serveur MDM : le téléphone simulé n’est pas encore inscrit auprès d’un tel serveur, si bien que rien ne lui est renvoyé
phrase-no-derived = attend Portail d’entreprise, où l’utilisateur obtient des informations d’identification dérivées ; le téléphone simulé n’en a pas encore
phrase-no-second-factor = attend ActiveSync sur le réseau : la connexion intégrée ne demande pas de second facteur, et le serveur intégré ne refuse aucun mode de connexion
phrase-no-tenant = attend un locataire derrière la connexion intégrée, qui vient avec ActiveSync sur le réseau : aucune app n’y a encore besoin d’un consentement
phrase-no-tls-seen = attend ActiveSync sur le réseau : téléphone et serveur se parlent dans un même processus, ni chiffrés ni en clair
phrase-no-vpn = attend ActiveSync sur le réseau : il n’y a pas encore de connexions qui pourraient passer par un VPN, et le téléphone simulé n’en a pas
phrase-no-outlook = attend l’app Outlook, que le téléphone simulé n’a pas encore
phrase-enrols-for-mail = attend Portail d’entreprise et l’app Outlook : un tel certificat parvient déjà à Mail (SMO-005), pas encore à Outlook
phrase-no-connector = attend le serveur MDM : derrière lui se trouvent les connecteurs de certificats, dont aucun n’est encore simulé
phrase-no-portal = attend Portail d’entreprise, que le téléphone simulé n’a pas encore
phrase-no-other-client = attend l’app Outlook : le téléphone simulé n’a pas encore d’autre app de messagerie que Mail
phrase-no-second-phone = attend le serveur MDM, auprès duquel s’inscrivent plusieurs téléphones d’un même utilisateur : chaque téléphone simulé a encore son propre monde, avec des serveurs qui n’en connaissent pas d’autre
phrase-no-compliance = attend le serveur MDM, qui apporte les stratégies de conformité ; aucune n’est encore simulée
phrase-server-side = ce dont un serveur est capable n’est connu ni de la stratégie ni du téléphone ; lint en avertit
phrase-portal-form = il s’agit du formulaire du centre d’administration ; un téléphone ne voit que les réglages qui en sortent
phrase-authority = cela se passe chez l’autorité de certification ; un téléphone ne voit que les certificats qu’il a reçus
phrase-own-output = qu’une chose ne soit jamais révélée ne se voit pas sur un téléphone ; c’est testé sur ce que ce programme écrit
phrase-history = il en fut ainsi quelques mois en 2018 et ce n’est plus le cas
phrase-scope = il s’agit d’autres plateformes qu’iOS
phrase-edition = c’est une différence entre deux éditions d’un document ; aucun téléphone ne se comporte autrement

## Ce que le téléphone affiche quand il refuse

phrase-error-not-readable = Le profil « { $name } » n’est pas valide.
phrase-error-invalid = Profil non valide
phrase-error-failed = Échec de l’installation du profil
phrase-error-failed-to-install = Le profil n’a pas pu être installé
phrase-error-profile = Le profil « { $name } » n’a pas pu être installé.
phrase-error-payload = Le payload « { $name } » n’a pas pu être installé.
phrase-error-payload-invalid = Le payload « { $name } » n’est pas valide.
phrase-error-field-type = Le champ « { $key } » n’a pas le bon type de données.
phrase-error-field-value = Le champ « { $key } » contient une valeur non valide.
phrase-error-field-missing = Le champ obligatoire « { $key } » manque.
phrase-error-profile-empty = Le profil est vide.
phrase-error-profile-version = La version du profil n’est pas prise en charge.
phrase-error-payload-version = La version du payload n’est pas prise en charge.
phrase-error-payloads-max = Le profil compte { $of } payloads, plus de { $n }.
phrase-error-duplicate-uuids = Le profil contient des payloads dont l’UUID est en double.
phrase-error-duplicate-identifiers = Le profil contient des payloads dont l’identifiant est en double.
phrase-error-signature = La signature du profil n’est pas valide.
phrase-error-encrypted = Le profil chiffré ne peut pas être déchiffré sur cet appareil.
phrase-error-by-hand = Aucun profil ne peut être installé à la main sur cet appareil.
phrase-error-device-type = Le profil n’est pas destiné à ce type d’appareil.
phrase-error-removal-date = La date de suppression du profil est passée.
phrase-error-managed = Le profil installé est géré et ne peut pas être mis à jour à la main.
phrase-error-signers = Les certificats du profil installé et de sa mise à jour ne concordent pas.
phrase-error-supervised = « { $name } » ne peut être installé que sur un appareil supervisé.
phrase-error-mdm = « { $name } » doit être installé par MDM.
phrase-error-user-enrolment = « { $name } » n’est pas admis avec l’inscription par utilisateur.
phrase-error-single = Un seul payload « { $name } » peut être installé sur un appareil.
phrase-error-not-installed = Le profil « { $name } » n’est pas installé.
phrase-error-not-managed = Le profil « { $name } » n’est pas géré par MDM.
phrase-error-no-mdm-payload = Le remplaçant du profil d’inscription n’a pas de payload MDM.
phrase-error-cancelled = L’utilisateur a annulé l’installation.
phrase-error-certificate-malformed = Le certificat est mal formé.
phrase-error-certificates-max = Le payload de certificat contient trop de certificats.
phrase-error-certificate-password = Le mot de passe du certificat est incorrect.
phrase-error-certificate-no-identity = Le certificat ne contient aucune identité.
phrase-error-certificate-not-found = Le certificat « { $name } » est introuvable.
phrase-error-certificate-not-identity = Le certificat « { $name } » n’est pas une identité.
phrase-error-signing-not-found = Le certificat de signature S/MIME « { $name } » est introuvable.
phrase-error-signing-not-identity = Le certificat de signature S/MIME « { $name } » n’est pas une identité.
phrase-error-encryption-not-found = Le certificat de chiffrement S/MIME « { $name } » est introuvable.
phrase-error-encryption-not-identity = Le certificat de chiffrement S/MIME « { $name } » n’est pas une identité.
phrase-error-account-not-identity = Le certificat du compte, « { $name } », n’est pas une identité de ce profil.
phrase-error-account-encrypted = Le certificat du compte n’a pas pu être déchiffré.
phrase-error-account-not-unique = Le compte Exchange n’est pas unique.
phrase-error-no-exchange-host = Aucun nom d’hôte Exchange n’est indiqué.
phrase-error-no-ldap-host = Aucun nom d’hôte LDAP n’est indiqué.
phrase-error-enrolments-max = Le profil demande plus de { $n } identités.
phrase-error-enrolment-configuration = La configuration de l’inscription n’est pas prise en charge.
phrase-error-enrolment-key = La clé ne peut pas être générée.
phrase-error-enrolment-request = La demande de certificat ne peut pas être établie.
phrase-error-enrolment-usage = L’usage de la clé n’est pas valide.
phrase-error-enrolment-refused = Le serveur d’inscription a refusé la demande.
phrase-error-enrolment-unreachable = Le serveur SCEP ou ACME était injoignable.
phrase-error-enrolment-certificates-max = La réponse du serveur d’inscription comporte trop de certificats.
phrase-error-enrolment-authority = Les certificats de l’autorité sont illisibles.
phrase-error-enrolment-certificate = Le certificat du serveur n’est pas valide.
phrase-error-enrolment-other-key = Le certificat du serveur ne correspond pas à la clé.

## Les mots à leur place

phrase-word-mail = Mail
phrase-word-contacts = Contacts
phrase-word-calendars = Calendriers
phrase-word-reminders = Rappels
phrase-word-notes = Notes
phrase-word-on = activé
phrase-word-off = désactivé
phrase-word-clear = en clair
phrase-word-encrypted = chiffré
phrase-word-nothing = rien
phrase-word-allowed = autorisé
phrase-word-absent = absent
phrase-word-denied = refusé
phrase-word-denied-by = refusé par { $key }
phrase-word-missing = manquante
phrase-word-expired = expiré
phrase-word-not-valid-yet = encore non valide
phrase-word-on-the-device = sur l’appareil
phrase-word-on-the-phone = sur le téléphone
phrase-word-not-on-the-phone = pas sur le téléphone
phrase-word-gone = disparu
phrase-word-still-there = toujours là
phrase-word-not-managed = non gérée
phrase-word-managed = gérée
phrase-word-managed-configured = gérée, avec une configuration
phrase-word-managed-unconfigured = gérée, sans configuration
phrase-word-a-vpn = un VPN
phrase-word-refused = refusé
phrase-word-installed = installé
phrase-word-none = aucun
phrase-word-an-identity = une identité
phrase-word-ok = réussi
phrase-word-default = valeur par défaut
phrase-word-user = le propriétaire
phrase-word-not-installed = non installé
phrase-word-removed = retiré
phrase-word-accepted = accepté
phrase-word-either = l’un ou l’autre : les documents ne le disent pas
phrase-word-in-force = en vigueur
phrase-word-waiting = en attente de son propriétaire
phrase-word-signing-in = en cours de connexion
phrase-word-unreachable = injoignable
phrase-word-failed = échoué
phrase-word-skipped = omis
phrase-word-certificate = certificat
phrase-word-user-name-and-password = nom d’utilisateur et mot de passe
phrase-installs-at-most = au plus { $times } fois en { $hours ->
    [one] { $hours } heure
   *[other] { $hours } heures
}
phrase-installs-once = une fois en { $hours ->
    [one] { $hours } heure
   *[other] { $hours } heures
}
phrase-installs-times = { $times } fois en { $hours ->
    [one] { $hours } heure
   *[other] { $hours } heures
}
phrase-simulated-device = appareil simulé { $name }
phrase-word-siblings = { $name } et les quatre clés semblables

## Ce qu’une étape d’un scénario a donné

phrase-step-refreshed = actualisé
phrase-step-time-passed = le temps a passé
phrase-step-arrived = arrivé
phrase-step-done = fait
phrase-step-network = le réseau a changé
phrase-step-answered = réponse donnée à { $kind }
phrase-step-installed = { $profile } installé
phrase-step-waits-owner = attend le propriétaire
phrase-step-waits-server = attend un serveur d’inscription
phrase-no-check = aucune vérification n’a été faite
