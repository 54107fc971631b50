# Wat het programma in eigen woorden zegt: het antwoord van `try` en `verify` in een terminal, en de pagina’s.

## Losse woorden

yes = ja
no = nee
on = aan
off = uit
locked = vergrendeld
free = vrij
none = -
default = standaardwaarde
user = de eigenaar
allowed = toegestaan
denied = geweigerd
absent = afwezig
ok = gelukt
failed = mislukt
failed-loud = MISLUKT
skipped = overgeslagen
passed = voldaan
left-open = opengebleven
pending = wachtend
not-applicable = niet van toepassing
conflict = conflict
otherwise = anders
installed = geïnstalleerd
refused = geweigerd
answered = beantwoord
not-answered = niet beantwoord
clear = onversleuteld
encrypted = versleuteld
everything = alles
days = { $n ->
    [one] { $n } dag
   *[other] { $n } dagen
}
errors = { $n ->
    [one] { $n } fout
   *[other] { $n } fouten
}
warnings = { $n ->
    [one] { $n } waarschuwing
   *[other] { $n } waarschuwingen
}
infos = { $n ->
    [one] { $n } opmerking
   *[other] { $n } opmerkingen
}
files = { $n ->
    [one] { $n } bestand
   *[other] { $n } bestanden
}
payloads = { $n ->
    [one] { $n } payload
   *[other] { $n } payloads
}
error = fout
warning = waarschuwing
info = opmerking

nothing = niets
blocked = geblokkeerd
labelled = { $label }: { $value }
listed = { $first }; { $next }
and-more = en nog { $n }
quoted = ‘{ $name }’
but = { $value }, maar { $problem }
reported-code = { $state }, code { $code }
prompt-kind-user-name = gebruikersnaam
prompt-kind-email-address = e-mailadres
prompt-kind-password = wachtwoord
prompt-kind-sign-in = aanmelding
compliance-compliant = voldoet
compliance-nonCompliant = voldoet niet
compliance-error = fout
compliance-conflict = een conflict
compliance-remediated = hersteld
compliance-notApplicable = niet van toepassing
compliance-notAssigned = niet toegewezen
compliance-unknown = onbekend

## Een proef

trial-head = { $profile } op { $model }, iOS { $ios }{ $supervised ->
    [yes] , onder supervisie
   *[no] {""}
}
no-profile = (geen profiel)
signed-by = ondertekend door { $signer }
nobody-named = iemand die niet te benoemen is
not-readable = geen leesbaar profiel
stored-not-simulated = bewaard, niet gesimuleerd: { $types }
prompt = vraag
account-named = Account ‘{ $name }’
user-at-host = { $user } op { $host }
host-by-autodiscovery = een host die door automatische detectie wordt gevonden
actions = Handelingen
mail = Berichten
deviation = het profiel zegt { $expected }, de telefoon toont { $observed }
trial-summary = { $errors }, { $warnings }; handelingen: { $allowed } toegestaan, { $denied } geweigerd, { $absent } afwezig; berichten: { $ok } gelukt, { $failed } mislukt, { $skipped } overgeslagen
closing-as-profile = zoals het profiel zegt
closing-as-profile-and-policy = zoals het profiel en het beleid zeggen
closing-not-readable = geen leesbaar profiel
closing-refused = de telefoon weigerde het profiel
closing-not-as-policy = niet zoals het beleid zegt
closing-not-as-profile = niet zoals het profiel zegt
exit-code = afsluitcode { $code }

## Het account

service-mail = Mail
service-contacts = Contacten
service-calendars = Agenda’s
service-reminders = Herinneringen
service-notes = Notities
mail-kept = Bewaarde e-mail
move-to-other-accounts = Verplaatsen naar andere accounts
send-from-other-apps = Versturen vanuit andere apps
sync-recent-addresses = Recente adressen synchroniseren
smime-row = S/MIME
smime-sign = S/MIME-ondertekening
smime-encrypt = Standaard versleutelen met S/MIME
identity = identiteit
lock-on-each-message = slotje bij elk bericht
a-new-message-starts = een nieuw bericht begint

## Een verificatie

verify-head = { $evidence }, iOS { $ios }{ $supervised ->
    [yes] , onder supervisie
   *[no] {""}
}
evidence-tells-no-ios = het bewijs vermeldt geen iOS-versie; --ios noemt een andere
policy-named = beleid ‘{ $name }’
policy-for = voor { $user }
expected = verwacht
observed = gezien
evidence = bewijs
says = bron
because = reden
remedy = remedie
of-policy = beleid
policy-says = beleid ‘{ $policy }’ zegt { $value }
value-not-told = (een waarde die niet wordt vermeld)
assignment-assigned = toegewezen
assignment-not-assigned = niet toegewezen
assignment-excluded = uitgesloten
assignment-unknown = toewijzing onbekend
drift = Afwijkingen
drift-line = is { $observed }, bedoeld is { $expected }
drift-since = sinds { $since }
drift-first-seen = voor het eerst zo gezien: { $since }
drift-by-owner = gewijzigd door de eigenaar
passed-heading = Voldaan
left-open-heading = Door dit bewijs opengelaten
pending-heading = Wachtend: nog geen apparaat kan het tonen
verify-summary = vereisten voldaan: { $pass }, niet voldaan: { $fail }, opengebleven: { $open }, wachtend: { $pending }, niet van toepassing: { $inapplicable }; afwijkingen: { $drift }, conflicten: { $conflicts }
closing-open = niets is anders, maar niet alles is vast te stellen
closing-as-policy = zoals het beleid zegt

## Bevindingen

lint-summary = { $errors }, { $warnings }, { $infos } in { $files } (afsluitcode { $exit })
finding-help = hulp: { $help }
finding-at = in { $place }
finding-at-octet = { $file }, octet { $octet }
rules-foot = { $n } regels; `handset explain RULE` vertelt meer
explain-checks = Wat de regel nagaat
explain-why = Waarom het ertoe doet
explain-example = Voorbeeld
explain-reference = Bron
explain-requirements = Vereisten: { $ids }

## Pagina’s

page-foot = Gemaakt door handset: een gesimuleerde iPhone voor e-mailprofielen, en een agent die hem beoordeelt. Deze pagina laadt niets en heeft geen script nodig.
supervised = onder supervisie
fact-file = Bestand
fact-phone = Telefoon
fact-policy = Beleid
fact-time = Virtuele tijd
fact-organization = Organisatie
fact-signer = Ondertekend door
fact-reading = Lezing
on-the-phone = Op de telefoon
errors-shown = Wat de telefoon toont
deviations = Anders dan het profiel zegt
verdicts = Oordelen
conflicts = Conflicten
prompts = Vragen
findings = Bevindingen
profile = Payloads
observations = Waarnemingen
not-applicable-heading = Niet van toepassing
no-findings = Er is niets gevonden.
count-errors = { $n ->
    [one] fout
   *[other] fouten
}
count-warnings = { $n ->
    [one] waarschuwing
   *[other] waarschuwingen
}
count-infos = { $n ->
    [one] opmerking
   *[other] opmerkingen
}
count-allowed = { $n ->
    [one] toegestaan
   *[other] toegestaan
}
count-denied = { $n ->
    [one] geweigerd
   *[other] geweigerd
}
count-absent = { $n ->
    [one] afwezig
   *[other] afwezig
}
count-ok = { $n ->
    [one] gelukt
   *[other] gelukt
}
count-failed = { $n ->
    [one] mislukt
   *[other] mislukt
}
count-skipped = { $n ->
    [one] overgeslagen
   *[other] overgeslagen
}
count-verdicts-failed = { $n ->
    [one] niet voldaan
   *[other] niet voldaan
}
count-verdicts-passed = { $n ->
    [one] voldaan
   *[other] voldaan
}
column-setting = Instelling
column-state = Stand
column-decided-by = Bepaald door
column-values = Waarden
column-since = Sinds
column-subject = Onderwerp
column-requirements = Vereisten
column-action = Handeling
column-verdict = Oordeel
column-what-happened = Wat er gebeurde
column-step = Stap
column-outcome = Uitkomst
column-parties = Ondertekend, versleuteld
column-payload = Payload
column-name = Naam
column-on-the-phone = Op de telefoon
party-signed = Ondertekend door
party-encrypted = Versleuteld voor
acts = werkzaam
stored = bewaard
in-force-before = De instellingen golden al vóór het antwoord.
not-in-force-before = De instellingen golden nog niet vóór het antwoord.
signing-identity = ondertekeningsidentiteit
encryption-identity = versleutelingsidentiteit
screen-account = Account
screen-security = S/MIME
screen-exchange = Exchange
screen-messages = Berichten
screen-name = Naam
screen-server = Server
screen-user = Gebruiker
screen-address = E-mail
screen-days = E-maildagen
screen-sign = Ondertekenen
screen-encrypt = Standaard versleutelen
screen-certificate = Certificaat
screen-not-shown = S/MIME
screen-new-message = Nieuw bericht
screen-from = Van
screen-lock = Begint
action-service-on = { $service } inschakelen
action-service-off = { $service } uitschakelen
action-smime-signing-on = Ondertekening inschakelen
action-smime-signing-off = Ondertekening uitschakelen
action-smime-signing-identity-pick = Een ander ondertekeningscertificaat kiezen
action-smime-encrypt-by-default-on = Standaard versleutelen inschakelen
action-smime-encrypt-by-default-off = Standaard versleutelen uitschakelen
action-smime-encryption-identity-pick = Een ander versleutelingscertificaat kiezen
action-smime-message-encryption-flip = Het slotje van één bericht omzetten
action-mail-window-set = Kiezen hoeveel dagen e-mail worden bewaard
action-message-move = Een bericht naar een ander account verplaatsen
action-message-forward-from-other-account = Een bericht vanuit een ander account doorsturen
action-message-send-from-app = Versturen vanuit een andere app
action-profile-remove = Het profiel verwijderen
mail-step-signed = Een ondertekend bericht gaat uit
mail-step-signed-tampered = Hetzelfde, onderweg gewijzigd
mail-step-encrypted = Een versleuteld bericht gaat uit
mail-step-signed-encrypted = Een ondertekend en versleuteld bericht gaat uit
mail-step-answer = Een versleuteld antwoord komt binnen
mail-step-answer-tampered = Hetzelfde, onderweg gewijzigd
mail-step-no-certificate = Aan iemand zonder certificaat

## Een uitvoering van scenario’s

inconclusive = onbeslist
in-error = in fout
cases = Gevallen
suites = Suites
requirements = Vereisten
checks = Controles
durations = Hoelang het duurde
run-title = Uitvoering
run-heading = { $cases ->
    [one] { $cases } geval
   *[other] { $cases } gevallen
} in { $suites ->
    [one] { $suites } suite
   *[other] { $suites } suites
}
run-passed = alles wat is uitgevoerd, is geslaagd
run-failed = { $n ->
    [one] { $n } geval is mislukt
   *[other] { $n } gevallen zijn mislukt
}
run-in-error = { $n ->
    [one] { $n } geval kon niet worden uitgevoerd
   *[other] { $n } gevallen konden niet worden uitgevoerd
}
run-inconclusive = { $n ->
    [one] niets is mislukt, en { $n } geval kon niet worden beoordeeld
   *[other] niets is mislukt, en { $n } gevallen konden niet worden beoordeeld
}
run-nothing = niets ervan kan al worden uitgevoerd
run-ended-early = de uitvoering is voortijdig geëindigd
run-not-reached = { $n ->
    [one] { $n } geval is niet bereikt.
   *[other] { $n } gevallen zijn niet bereikt.
}
run-empty = De uitvoering heeft geen gevallen.
fact-target = Uitgevoerd op
fact-filter = Filter
fact-cases = Gevallen
fact-part = Deel
part-of = { $n ->
    [one] van { $n } geval
   *[other] van { $n } gevallen
}
fact-seed = Startwaarde
fact-suites = Controlegetal van de suites
fact-version = handset
count-cases-failed = { $n ->
    [one] mislukt
   *[other] mislukt
}
count-cases-passed = { $n ->
    [one] geslaagd
   *[other] geslaagd
}
count-in-error = { $n ->
    [one] in fout
   *[other] in fout
}
count-inconclusive = { $n ->
    [one] onbeslist
   *[other] onbeslist
}
count-shown = { $n ->
    [one] aangetoond
   *[other] aangetoond
}
count-without-case = { $n ->
    [one] zonder geval
   *[other] zonder geval
}
count-met = { $n ->
    [one] voldaan
   *[other] voldaan
}
count-not-met = { $n ->
    [one] niet voldaan
   *[other] niet voldaan
}
column-suite = Suite
column-requirement = Vereiste
column-all = Alle
no-requirement-named = Geen geval van deze uitvoering noemt een vereiste.
requirements-without-case = Vereisten zonder geval in deze uitvoering
not-selected = er is geen geval over geselecteerd
legend-passed = geslaagd
legend-failed = mislukt, van hoeveel
legend-in-error = kon niet worden uitgevoerd
legend-inconclusive = kon niet worden beoordeeld
legend-skipped = is niet uitgevoerd
filter-search = Zoeken
filter-nothing = Geen geval past bij het filter.
filter-reset = Alles tonen
filter-forget = Deze vereiste vergeten
nothing-otherwise = Niets was anders dan verwacht.
in-short = Verdere, in het kort
left-out-steps = { $n ->
    [one] { $n } verder geval dat niet slaagde, staat hier op één regel; het JSON-rapport bevat de stappen.
   *[other] { $n } verdere gevallen die niet slaagden, staan hier elk op één regel; het JSON-rapport bevat de stappen.
}
left-out-otherwise = { $n ->
    [one] nog { $n } geval dat niet slaagde, is geteld en niet vermeld; het JSON-rapport bevat het.
   *[other] nog { $n } gevallen die niet slaagden, zijn geteld en niet vermeld; het JSON-rapport bevat ze.
}
left-out-rows = { $n ->
    [one] nog { $n } geval dat slaagde of niet is uitgevoerd, is geteld en niet vermeld; het JSON-rapport bevat het.
   *[other] nog { $n } gevallen die slaagden of niet zijn uitgevoerd, zijn geteld en niet vermeld; het JSON-rapport bevat ze.
}
more-in-json = { $n ->
    [one] … en nog { $n }, in het JSON-rapport.
   *[other] … en nog { $n }, in het JSON-rapport.
}
timeline = Stappen, op de virtuele klok
after-step = na stap { $step }
at-the-end = aan het einde
scenario-place = Staat in
tags = Labels
again = Alleen dit uitvoeren
phone-asks = De telefoon vraagt:
message-sent = Verzonden
message-received = Ontvangen
message-to = aan
message-signed = Ondertekend
message-not-signed = Niet ondertekend
message-not-opened = Geen controle heeft geopend wat erin zit.
message-in-clear = Gaat onversleuteld over de lijn.
durations-about = Werkelijke tijden van deze uitvoering. Ze horen niet bij het rapport: een andere uitvoering van dezelfde gevallen duurt anders.
durations-spread = Gevallen naar duur
durations-slowest = De langzaamste gevallen
durations-total = { $ms } ms voor alle gevallen samen
