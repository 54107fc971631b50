# Ce que le programme dit avec ses propres mots : la réponse de `try` et de `verify` dans un terminal, et les pages.

## Mots isolés

yes = oui
no = non
on = activé
off = désactivé
locked = verrouillé
free = libre
none = -
default = valeur par défaut
user = le propriétaire
allowed = autorisé
denied = refusé
absent = absent
ok = réussi
failed = échoué
failed-loud = ÉCHOUÉ
skipped = omis
passed = satisfait
left-open = en suspens
pending = en attente
not-applicable = sans objet
conflict = conflit
otherwise = différent
installed = installé
refused = refusé
answered = répondu
not-answered = sans réponse
clear = en clair
encrypted = chiffré
everything = tout
days = { $n ->
    [one] { $n } jour
   *[other] { $n } jours
}
errors = { $n ->
    [one] { $n } erreur
   *[other] { $n } erreurs
}
warnings = { $n ->
    [one] { $n } avertissement
   *[other] { $n } avertissements
}
infos = { $n ->
    [one] { $n } information
   *[other] { $n } informations
}
files = { $n ->
    [one] { $n } fichier
   *[other] { $n } fichiers
}
payloads = { $n ->
    [one] { $n } payload
   *[other] { $n } payloads
}
error = erreur
warning = avertissement
info = information

nothing = rien
blocked = bloqué
labelled = { $label } : { $value }
listed = { $first } ; { $next }
and-more = et { $n ->
    [one] { $n } autre
   *[other] { $n } autres
}
quoted = « { $name } »
but = { $value }, mais { $problem }
reported-code = { $state }, code { $code }
prompt-kind-user-name = nom d’utilisateur
prompt-kind-email-address = adresse e-mail
prompt-kind-password = mot de passe
prompt-kind-sign-in = connexion
compliance-compliant = conforme
compliance-nonCompliant = non conforme
compliance-error = erreur
compliance-conflict = conflit
compliance-remediated = corrigé
compliance-notApplicable = non applicable
compliance-notAssigned = non affecté
compliance-unknown = inconnu

## Un essai

trial-head = { $profile } sur { $model }, iOS { $ios }{ $supervised ->
    [yes] , supervisé
   *[no] {""}
}
no-profile = (aucun profil)
signed-by = signé par { $signer }
nobody-named = une personne qui ne peut être nommée
not-readable = aucun profil lisible
stored-not-simulated = conservés, non simulés : { $types }
prompt = demande
account-named = Compte « { $name } »
user-at-host = { $user } sur { $host }
host-by-autodiscovery = un hôte trouvé par découverte automatique
actions = Actions
mail = Messages
deviation = le profil dit { $expected }, le téléphone montre { $observed }
trial-summary = { $errors }, { $warnings } ; actions autorisées : { $allowed }, refusées : { $denied }, absentes : { $absent } ; messages réussis : { $ok }, échoués : { $failed }, omis : { $skipped }
closing-as-profile = conforme au profil
closing-as-profile-and-policy = conforme au profil et à la stratégie
closing-not-readable = ce n’est pas un profil lisible
closing-refused = le téléphone a refusé le profil
closing-not-as-policy = non conforme à la stratégie
closing-not-as-profile = non conforme au profil
exit-code = code de sortie { $code }

## Le compte

service-mail = Mail
service-contacts = Contacts
service-calendars = Calendriers
service-reminders = Rappels
service-notes = Notes
mail-kept = Messages conservés
move-to-other-accounts = Déplacer vers d’autres comptes
send-from-other-apps = Envoyer depuis d’autres apps
sync-recent-addresses = Synchroniser les adresses récentes
smime-row = S/MIME
smime-sign = Signature S/MIME
smime-encrypt = Chiffrement S/MIME par défaut
identity = identité
lock-on-each-message = cadenas sur chaque message
a-new-message-starts = un nouveau message commence

## Une vérification

verify-head = { $evidence }, iOS { $ios }{ $supervised ->
    [yes] , supervisé
   *[no] {""}
}
evidence-tells-no-ios = les preuves n’indiquent aucune version d’iOS ; --ios en désigne une autre
policy-named = stratégie « { $name } »
policy-for = pour { $user }
expected = attendu
observed = constaté
evidence = preuves
says = source
because = raison
remedy = remède
of-policy = stratégie
policy-says = la stratégie « { $policy } » dit { $value }
value-not-told = (une valeur qui n’est pas indiquée)
assignment-assigned = affectée
assignment-not-assigned = non affectée
assignment-excluded = exclue
assignment-unknown = affectation inconnue
drift = Écarts
drift-line = constaté : { $observed }, attendu : { $expected }
drift-since = depuis { $since }
drift-first-seen = vu ainsi pour la première fois : { $since }
drift-by-owner = modifié par le propriétaire
passed-heading = Satisfaites
left-open-heading = Laissées en suspens par ces preuves
pending-heading = En attente : aucun appareil ne peut encore les montrer
verify-summary = exigences satisfaites : { $pass }, non satisfaites : { $fail }, en suspens : { $open }, en attente : { $pending }, sans objet : { $inapplicable } ; écarts : { $drift }, conflits : { $conflicts }
closing-open = rien de contraire, mais tout ne peut pas être établi
closing-as-policy = conforme à la stratégie

## Constats

lint-summary = { $errors }, { $warnings }, { $infos } dans { $files } (code de sortie { $exit })
finding-help = aide : { $help }
finding-at = à { $place }
finding-at-octet = { $file }, octet { $octet }
rules-foot = { $n } règles ; `handset explain RULE` en dit plus
explain-checks = Ce qu’elle vérifie
explain-why = Pourquoi c’est important
explain-example = Exemple
explain-reference = Référence
explain-requirements = Exigences : { $ids }

## Pages

page-foot = Établi par handset : un iPhone simulé pour les profils de messagerie, et un agent qui le juge. Cette page ne charge rien et n’a besoin d’aucun script.
supervised = supervisé
fact-file = Fichier
fact-phone = Téléphone
fact-policy = Stratégie
fact-time = Heure virtuelle
fact-organization = Organisation
fact-signer = Signé par
fact-reading = Lecture
on-the-phone = Sur le téléphone
errors-shown = Ce que montre le téléphone
deviations = Différent de ce que dit le profil
verdicts = Verdicts
conflicts = Conflits
prompts = Demandes
findings = Constats
profile = Payloads
observations = Observations
not-applicable-heading = Sans objet
no-findings = Rien n’a été constaté.
count-errors = { $n ->
    [one] erreur
   *[other] erreurs
}
count-warnings = { $n ->
    [one] avertissement
   *[other] avertissements
}
count-infos = { $n ->
    [one] information
   *[other] informations
}
count-allowed = { $n ->
    [one] autorisée
   *[other] autorisées
}
count-denied = { $n ->
    [one] refusée
   *[other] refusées
}
count-absent = { $n ->
    [one] absente
   *[other] absentes
}
count-ok = { $n ->
    [one] réussi
   *[other] réussis
}
count-failed = { $n ->
    [one] échoué
   *[other] échoués
}
count-skipped = { $n ->
    [one] omis
   *[other] omis
}
count-verdicts-failed = { $n ->
    [one] non satisfaite
   *[other] non satisfaites
}
count-verdicts-passed = { $n ->
    [one] satisfaite
   *[other] satisfaites
}
column-setting = Réglage
column-state = État
column-decided-by = Décidé par
column-values = Valeurs
column-since = Depuis
column-subject = Objet
column-requirements = Exigences
column-action = Action
column-verdict = Verdict
column-what-happened = Ce qui s’est passé
column-step = Étape
column-outcome = Résultat
column-parties = Signature, chiffrement
column-payload = Payload
column-name = Nom
column-on-the-phone = Sur le téléphone
party-signed = Signé par
party-encrypted = Chiffré pour
acts = agit
stored = conservé
in-force-before = Les réglages étaient en vigueur avant la réponse.
not-in-force-before = Les réglages n’étaient pas en vigueur avant la réponse.
signing-identity = identité de signature
encryption-identity = identité de chiffrement
screen-account = Compte
screen-security = S/MIME
screen-exchange = Exchange
screen-messages = Messages
screen-name = Nom
screen-server = Serveur
screen-user = Utilisateur
screen-address = Adresse
screen-days = Jours à synchroniser
screen-sign = Signer
screen-encrypt = Chiffrer par défaut
screen-certificate = Certificat
screen-not-shown = S/MIME
screen-new-message = Nouveau message
screen-from = De
screen-lock = Commence
action-service-on = Activer { $service }
action-service-off = Désactiver { $service }
action-smime-signing-on = Activer la signature
action-smime-signing-off = Désactiver la signature
action-smime-signing-identity-pick = Choisir un autre certificat de signature
action-smime-encrypt-by-default-on = Activer le chiffrement par défaut
action-smime-encrypt-by-default-off = Désactiver le chiffrement par défaut
action-smime-encryption-identity-pick = Choisir un autre certificat de chiffrement
action-smime-message-encryption-flip = Basculer le cadenas d’un message
action-mail-window-set = Choisir combien de jours de messages sont conservés
action-message-move = Déplacer un message vers un autre compte
action-message-forward-from-other-account = Transférer un message depuis un autre compte
action-message-send-from-app = Envoyer depuis une autre app
action-profile-remove = Supprimer le profil
mail-step-signed = Un message signé part
mail-step-signed-tampered = Le même, modifié en chemin
mail-step-encrypted = Un message chiffré part
mail-step-signed-encrypted = Un message signé et chiffré part
mail-step-answer = Une réponse chiffrée arrive
mail-step-answer-tampered = La même, modifiée en chemin
mail-step-no-certificate = À un destinataire sans certificat

## Une exécution de scénarios

inconclusive = non concluant
in-error = en erreur
cases = Cas
suites = Suites
requirements = Exigences
checks = Vérifications
durations = Durées
run-title = Exécution
run-heading = { $cases ->
    [one] { $cases } cas
   *[other] { $cases } cas
} dans { $suites ->
    [one] { $suites } suite
   *[other] { $suites } suites
}
run-passed = tout ce qui a été exécuté a réussi
run-failed = { $n ->
    [one] { $n } cas a échoué
   *[other] { $n } cas ont échoué
}
run-in-error = { $n ->
    [one] { $n } cas n’a pas pu être exécuté
   *[other] { $n } cas n’ont pas pu être exécutés
}
run-inconclusive = { $n ->
    [one] rien n’a échoué, et { $n } cas n’a pas pu être jugé
   *[other] rien n’a échoué, et { $n } cas n’ont pas pu être jugés
}
run-nothing = rien de tout cela ne peut encore être exécuté
run-ended-early = l’exécution s’est arrêtée avant la fin
run-not-reached = { $n ->
    [one] { $n } cas n’a pas été atteint.
   *[other] { $n } cas n’ont pas été atteints.
}
run-empty = L’exécution n’a aucun cas.
fact-target = Exécuté sur
fact-filter = Filtre
fact-cases = Cas
fact-part = Partie
part-of = { $n ->
    [one] de { $n } cas
   *[other] de { $n } cas
}
fact-seed = Graine
fact-suites = Empreinte des suites
fact-version = handset
count-cases-failed = { $n ->
    [one] échoué
   *[other] échoués
}
count-cases-passed = { $n ->
    [one] réussi
   *[other] réussis
}
count-in-error = { $n ->
    [one] en erreur
   *[other] en erreur
}
count-inconclusive = { $n ->
    [one] non concluant
   *[other] non concluants
}
count-shown = { $n ->
    [one] démontrée
   *[other] démontrées
}
count-without-case = { $n ->
    [one] sans cas
   *[other] sans cas
}
count-met = { $n ->
    [one] satisfaite
   *[other] satisfaites
}
count-not-met = { $n ->
    [one] non satisfaite
   *[other] non satisfaites
}
column-suite = Suite
column-requirement = Exigence
column-all = Toutes
no-requirement-named = Aucun cas de cette exécution ne nomme d’exigence.
requirements-without-case = Exigences sans cas dans cette exécution
not-selected = aucun cas à son sujet n’a été sélectionné
legend-passed = réussi
legend-failed = échoué, sur combien
legend-in-error = n’a pas pu être exécuté
legend-inconclusive = n’a pas pu être jugé
legend-skipped = n’a pas été exécuté
filter-search = Rechercher
filter-nothing = Aucun cas ne correspond au filtre.
filter-reset = Tout afficher
filter-forget = Oublier cette exigence
nothing-otherwise = Rien n’était autrement que prévu.
in-short = Les suivants, en bref
left-out-steps = { $n ->
    [one] { $n } autre cas non réussi tient ici en une ligne ; le rapport JSON contient ses étapes.
   *[other] { $n } autres cas non réussis tiennent ici en une ligne chacun ; le rapport JSON contient leurs étapes.
}
left-out-otherwise = { $n ->
    [one] { $n } cas non réussi de plus est compté sans être listé ; le rapport JSON le contient.
   *[other] { $n } cas non réussis de plus sont comptés sans être listés ; le rapport JSON les contient.
}
left-out-rows = { $n ->
    [one] { $n } cas réussi ou non exécuté de plus est compté sans être listé ; le rapport JSON le contient.
   *[other] { $n } cas réussis ou non exécutés de plus sont comptés sans être listés ; le rapport JSON les contient.
}
more-in-json = { $n ->
    [one] … et { $n } de plus, dans le rapport JSON.
   *[other] … et { $n } de plus, dans le rapport JSON.
}
timeline = Étapes, à l’heure virtuelle
after-step = après l’étape { $step }
at-the-end = à la fin
scenario-place = Se trouve dans
tags = Étiquettes
again = L’exécuter seul
phone-asks = Le téléphone demande :
message-sent = Envoyé
message-received = Reçu
message-to = à
message-signed = Signé
message-not-signed = Non signé
message-not-opened = Aucune vérification n’a ouvert ce qu’il contient.
message-in-clear = Passe en clair sur le réseau.
durations-about = Durées réelles de cette exécution. Elles ne font pas partie du rapport : une autre exécution des mêmes cas dure autrement.
durations-spread = Cas par durée
durations-slowest = Les cas les plus lents
durations-total = { $ms } ms pour tous les cas ensemble
