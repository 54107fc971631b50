# De zinnen die het JSON-contract in het Engels zegt.

## Wat een handeling liet zien

phrase-kept = getoond, maar { $key } houdt het zoals het is
phrase-should-keep = { $key } zou het moeten houden zoals het is, maar { $problem }
phrase-asks = de telefoon vraagt om wat { $key } bepaalt
phrase-service-on = { $service } ingeschakeld; { $items ->
    [one] { $items } item gekomen
   *[other] { $items } items gekomen
}
phrase-service-off = { $service } uitgeschakeld; de items hebben de telefoon verlaten
phrase-service-not = { $service } staat niet { $state } met { $items ->
    [one] { $items } item
   *[other] { $items } items
}
phrase-signing-is = ondertekening staat { $switch ->
    [on] aan
   *[off] uit
}
phrase-encryption-is = standaard versleutelen staat { $state }
phrase-picked = { $name } gekozen
phrase-identity-stayed = de identiteit bleef dezelfde
phrase-message-starts = een nieuw bericht begint { $state } en werd { $became }
phrase-window-set = ingesteld op { $days ->
    [one] { $days } dag
   *[other] { $days } dagen
}; { $messages ->
    [one] { $messages } bericht staat op de telefoon
   *[other] { $messages } berichten staan op de telefoon
}
phrase-moved = het nieuwste bericht ging naar het eigen account van de eigenaar
phrase-not-moved = er is geen bericht verplaatst
phrase-forwarded = het nieuwste bericht ging naar { $address } via het eigen account van de eigenaar
phrase-sent-from-app = het bericht ging naar { $address }
phrase-none-left = er is geen bericht vertrokken
phrase-kept-by-mail = het deelblad nam het bericht aan; Mail houdt het vast bij gebrek aan een identiteit
phrase-profile-gone = het profiel verdween met zijn account en certificaten
phrase-something-stayed = er bleef iets van achter
phrase-no-account = dat account bestaat niet, of de instellingen ervan gelden niet
phrase-smime-off = S/MIME staat uit voor het account
phrase-no-control = deze iOS-versie heeft die knop niet
phrase-function-off = de functie staat uit
phrase-no-other-identity = er is geen andere identiteit te kiezen
phrase-no-lock = nieuwe berichten hebben geen slotje
phrase-no-mailbox = het account heeft geen postvak zolang Mail uit staat
phrase-no-message = er is geen bericht
phrase-no-such-profile = dat profiel bestaat niet

## Wat een stap met berichten liet zien

phrase-no-root = het profiel brengt geen basiscertificaat mee waarmee de handtekening te controleren is
phrase-no-mail-account = het profiel brengt geen e-mailaccount mee
phrase-not-in-force = de instellingen van het account gelden niet
phrase-mail-off = Mail staat uit voor het account
phrase-signing-fixed = ondertekening staat { $switch ->
    [on] aan
   *[off] uit
} en de eigenaar kan dat niet wijzigen ({ $key })
phrase-start-fixed = nieuwe berichten beginnen { $state } en de eigenaar kan dat niet wijzigen ({ $key })
phrase-no-signing-identity = het profiel noemt geen ondertekeningsidentiteit
phrase-no-encryption-identity = het profiel noemt geen versleutelingsidentiteit
phrase-no-answer-identity = het profiel noemt geen versleutelingsidentiteit waarvoor een antwoord versleuteld kan worden
phrase-none-reached = geen bericht bereikte de collega
phrase-no-usable-certificate = geen bruikbaar certificaat voor { $recipients }
phrase-no-signed-message = er is geen ondertekend bericht uitgegaan
phrase-sees-signature = { $person } ziet een geldige handtekening van { $signer }
phrase-cannot-verify = { $person } kan de handtekening niet controleren: { $problem }
phrase-sees-no-signature = { $person } ziet geen geldige handtekening: { $problem }
phrase-sees-change = { $person } ziet dat de kopie is gewijzigd: { $problem }
phrase-misses-change = { $person } merkt niet dat de kopie is gewijzigd
phrase-decrypts = { $person } ontsleutelt het
phrase-decrypts-unverified = { $person } ontsleutelt het, maar kan de handtekening niet controleren: { $problem }
phrase-decrypts-and-verifies = { $person } ontsleutelt het, ziet een geldige handtekening van { $signer } en de bijlage
phrase-cannot-read = { $person } kan het niet lezen zoals bedoeld: { $problem }
phrase-no-answer = er is geen antwoord
phrase-cannot-answer = { $person } kan niet antwoorden: { $problem }
phrase-answer-read = de telefoon ontsleutelt het en toont een geldige handtekening
phrase-answer-torn = tekst of bijlage kwam niet heel aan
phrase-not-genuine = de telefoon toont de gewijzigde kopie niet als echt
phrase-taken-genuine = de telefoon merkt niet dat de kopie is gewijzigd
phrase-not-arrived = het bericht kwam niet aan op de telefoon
phrase-asks-about = de telefoon vraagt wat er met { $recipients } moet, en niets verlaat hem
phrase-not-asked = er vertrok niets, maar de telefoon vroeg er niet naar
phrase-messages-left = { $messages ->
    [one] { $messages } bericht verliet de telefoon
   *[other] { $messages } berichten verlieten de telefoon
}
phrase-nobody-signed = niemand heeft ondertekend
phrase-not-encrypted = het bericht is niet versleuteld
phrase-not-signed = het bericht is niet ondertekend
phrase-content-changed = de inhoud is gewijzigd
phrase-expired = het certificaat van { $subject } is verlopen
phrase-not-valid-yet = het certificaat van { $subject } is nog niet geldig
phrase-other-address = het adres van de ondertekenaar is niet dat van de afzender

## Wat de telefoon vroeg

phrase-ask-password = Voer het Exchange-wachtwoord in voor ‘{ $name }’
phrase-ask-sign-in = Meld u aan als { $address }
phrase-ask-address = Voer het e-mailadres in
phrase-ask-user-name = Voer de gebruikersnaam in
phrase-ask-certificate = Voer het wachtwoord in voor het certificaat ‘{ $name }’
phrase-ask-recipients = Geen certificaat voor { $recipients }: weglaten, of niet versturen?
phrase-ask-account-address = Voer het e-mailadres in voor het account ‘{ $name }’
phrase-ask-account-password = Voer het wachtwoord in voor het account ‘{ $name }’
phrase-ask-server-password = Voer het wachtwoord in voor ‘{ $name }’
phrase-ask-server-user = Voer de gebruikersnaam in voor ‘{ $name }’

## Waar de telefoon anders deed

phrase-account-in-force = een geldend account
phrase-there-is-no-account = er is geen account
phrase-sign-in-refused = de server aanvaardt de aanmelding niet
phrase-unreachable = de server ({ $host }) is niet bereikbaar
phrase-waits = het account wacht op zijn eigenaar

## Waarom iets niet is beoordeeld, of wat men nog moet weten

phrase-not-told = niets in het bewijs vertelt het
phrase-by-hand = de eigenaar van het apparaat heeft het met de hand gewijzigd
phrase-not-settled = de documenten zeggen niet of de telefoon het aanneemt
phrase-device-says = het apparaat zegt { $error }
phrase-waits-for-sign-in = het account wacht tot zijn eigenaar zich aanmeldt
phrase-prompt-password = de telefoon wacht op het wachtwoord van het account; zolang dat niet is ingevoerd, geldt wat er eerder was
phrase-prompt-sign-in = de telefoon wacht tot zijn eigenaar zich bij het account aanmeldt; tot dan geldt wat er eerder was
phrase-prompt-email-address = de telefoon wacht op het e-mailadres van het account; zolang dat niet is ingevoerd, geldt wat er eerder was
phrase-prompt-user-name = de telefoon wacht op de gebruikersnaam van het account; zolang die niet is ingevoerd, geldt wat er eerder was
phrase-prompt-certificate-password = de telefoon wacht op het wachtwoord van een certificaat in het profiel; zolang dat niet is ingevoerd, is er niets van dat profiel geïnstalleerd
phrase-prompt-consent = de telefoon wacht tot zijn eigenaar met het profiel instemt; tot dan is er niets van dat profiel geïnstalleerd
phrase-not-back = het bewijs gaat niet terug tot de installatie
phrase-no-prompt = er is geen vraag gezien
phrase-no-list = niets in het bewijs somt certificaten op
phrase-unasked = het beleid vraagt dit op dit apparaat niet
phrase-reports = Intune meldt ‘{ $compliance }’, wat niets beslist
phrase-of-messages = { $messages } van { $of } berichten
phrase-other-profile = er staat een e-mailprofiel op het apparaat, en niets zegt dat het dat van dit beleid is: ‘{ $name }’
phrase-removed-since = het profiel is sindsdien verwijderd
phrase-not-looked-since = niemand heeft gekeken sinds het profiel is verwijderd
phrase-no-account-told = niets in het bewijs vertelt van dit account
phrase-no-install-told = het bewijs vertelt niet wanneer het profiel is geïnstalleerd
phrase-owner-follows = het volgt uit wat de eigenaar met de hand heeft gewijzigd
phrase-unknown-signer = de handtekeningen kloppen, maar niets zegt van wie ze zijn: geen certificaat in het bewijs is dat van de ondertekenaar
phrase-no-apps-listed = niets in het bewijs somt beheerde apps op
phrase-not-reached = ‘{ $name }’ bereikt { $person } niet, en is nodig
phrase-not-assigned-to = het beleid ‘{ $name }’ is niet toegewezen aan { $person }
phrase-excluded-by = het beleid ‘{ $name }’ is niet voor { $person }: de groep ‘{ $group }’ is uitgesloten
phrase-assignment-unknown = het document zegt niet aan wie het beleid is toegewezen
phrase-assignment-filter = een filter beperkt de toewijzing, en wie eraan voldoet staat niet in het beleid
phrase-assignment-group-unknown = de directory kent geen groep ‘{ $group }’, zodat niet te zeggen is of het beleid voor { $person } is
phrase-no-mdm = wacht op de MDM-server: de gesimuleerde telefoon is er nog niet bij ingeschreven, dus wordt er niets opnieuw naartoe gestuurd
phrase-no-derived = wacht op Bedrijfsportal, waarin de gebruiker een afgeleide referentie ophaalt; de gesimuleerde telefoon heeft er nog geen
phrase-no-second-factor = wacht op ActiveSync over het netwerk: de ingebouwde aanmelding vraagt geen tweede factor, en de ingebouwde server weigert geen enkele manier van aanmelden
phrase-no-tenant = wacht op een tenant achter de ingebouwde aanmelding, die met ActiveSync over het netwerk komt: geen app heeft er nog iemands toestemming nodig
phrase-no-tls-seen = wacht op ActiveSync over het netwerk: telefoon en server spreken binnen één proces, versleuteld noch onversleuteld
phrase-no-vpn = wacht op ActiveSync over het netwerk: er zijn nog geen verbindingen die door een VPN zouden kunnen gaan, en de gesimuleerde telefoon heeft er geen
phrase-no-outlook = wacht op de Outlook-app, die de gesimuleerde telefoon nog niet heeft
phrase-enrols-for-mail = wacht op Bedrijfsportal en de Outlook-app: zo’n certificaat komt al bij Mail (SMO-005), bij Outlook nog niet
phrase-no-connector = wacht op de MDM-server: daarachter staan de certificaatconnectoren, waarvan er nog geen wordt gesimuleerd
phrase-no-portal = wacht op Bedrijfsportal, dat de gesimuleerde telefoon nog niet heeft
phrase-no-other-client = wacht op de Outlook-app: de gesimuleerde telefoon heeft naast Mail nog geen andere e-mailapp
phrase-no-second-phone = wacht op de MDM-server, waarbij meerdere telefoons van één gebruiker zich inschrijven: elke gesimuleerde telefoon heeft nog een eigen wereld, met servers die geen andere kennen
phrase-no-compliance = wacht op de MDM-server, die nalevingsbeleid brengt; er wordt er nog geen gesimuleerd
phrase-server-side = wat een server kan is bij het beleid noch bij de telefoon bekend; lint waarschuwt ervoor
phrase-portal-form = het gaat over het formulier in het beheercentrum; een telefoon ziet alleen de instellingen die eruit komen
phrase-authority = het gebeurt bij de certificeringsinstantie; een telefoon ziet alleen de certificaten die hij kreeg
phrase-own-output = dat iets nooit wordt prijsgegeven is op een telefoon niet te zien; het wordt getest op wat dit programma schrijft
phrase-history = zo was het enkele maanden in 2018, en nu niet meer
phrase-scope = het gaat over andere platforms dan iOS
phrase-edition = het is een verschil tussen twee uitgaven van een document; geen telefoon gedraagt zich anders

## Wat de telefoon toont als hij weigert

phrase-error-not-readable = Het profiel ‘{ $name }’ is ongeldig.
phrase-error-invalid = Ongeldig profiel
phrase-error-failed = Installatie van profiel mislukt
phrase-error-failed-to-install = Profiel kon niet worden geïnstalleerd
phrase-error-profile = Het profiel ‘{ $name }’ kon niet worden geïnstalleerd.
phrase-error-payload = De payload ‘{ $name }’ kon niet worden geïnstalleerd.
phrase-error-payload-invalid = De payload ‘{ $name }’ is ongeldig.
phrase-error-field-type = Het veld ‘{ $key }’ heeft het verkeerde gegevenstype.
phrase-error-field-value = Het veld ‘{ $key }’ bevat een ongeldige waarde.
phrase-error-field-missing = Het verplichte veld ‘{ $key }’ ontbreekt.
phrase-error-profile-empty = Het profiel is leeg.
phrase-error-profile-version = De versie van het profiel wordt niet ondersteund.
phrase-error-payload-version = De versie van de payload wordt niet ondersteund.
phrase-error-payloads-max = Het profiel heeft { $of } payloads, meer dan { $n }.
phrase-error-duplicate-uuids = Het profiel bevat payloads met dezelfde UUID.
phrase-error-duplicate-identifiers = Het profiel bevat payloads met dezelfde id.
phrase-error-signature = De handtekening van het profiel is ongeldig.
phrase-error-encrypted = Het versleutelde profiel kan op dit apparaat niet worden ontsleuteld.
phrase-error-by-hand = Op dit apparaat kunnen geen profielen met de hand worden geïnstalleerd.
phrase-error-device-type = Het profiel is niet voor dit type apparaat.
phrase-error-removal-date = De verwijderdatum van het profiel is voorbij.
phrase-error-managed = Het geïnstalleerde profiel wordt beheerd en kan niet met de hand worden bijgewerkt.
phrase-error-signers = De certificaten van het geïnstalleerde profiel en van de update komen niet overeen.
phrase-error-supervised = ‘{ $name }’ kan alleen worden geïnstalleerd op een apparaat onder supervisie.
phrase-error-mdm = ‘{ $name }’ moet via MDM worden geïnstalleerd.
phrase-error-user-enrolment = ‘{ $name }’ is niet toegestaan bij gebruikersinschrijving.
phrase-error-single = Op een apparaat kan maar één payload ‘{ $name }’ worden geïnstalleerd.
phrase-error-not-installed = Het profiel ‘{ $name }’ is niet geïnstalleerd.
phrase-error-not-managed = Het profiel ‘{ $name }’ wordt niet door MDM beheerd.
phrase-error-no-mdm-payload = De vervanger van het inschrijvingsprofiel heeft geen MDM-payload.
phrase-error-cancelled = De gebruiker heeft de installatie geannuleerd.
phrase-error-certificate-malformed = Het certificaat is misvormd.
phrase-error-certificates-max = De certificaatpayload bevat te veel certificaten.
phrase-error-certificate-password = Het wachtwoord van het certificaat is onjuist.
phrase-error-certificate-no-identity = Het certificaat bevat geen identiteit.
phrase-error-certificate-not-found = Het certificaat ‘{ $name }’ is niet gevonden.
phrase-error-certificate-not-identity = Het certificaat ‘{ $name }’ is geen identiteit.
phrase-error-signing-not-found = Het S/MIME-ondertekeningscertificaat ‘{ $name }’ is niet gevonden.
phrase-error-signing-not-identity = Het S/MIME-ondertekeningscertificaat ‘{ $name }’ is geen identiteit.
phrase-error-encryption-not-found = Het S/MIME-versleutelingscertificaat ‘{ $name }’ is niet gevonden.
phrase-error-encryption-not-identity = Het S/MIME-versleutelingscertificaat ‘{ $name }’ is geen identiteit.
phrase-error-account-not-identity = Het certificaat van het account, ‘{ $name }’, is geen identiteit van dit profiel.
phrase-error-account-encrypted = Het certificaat van het account kon niet worden ontsleuteld.
phrase-error-account-not-unique = Het Exchange-account is niet uniek.
phrase-error-no-exchange-host = Er is geen hostnaam van Exchange ingesteld.
phrase-error-no-ldap-host = Er is geen hostnaam van LDAP ingesteld.
phrase-error-enrolments-max = Het profiel vraagt om meer dan { $n } identiteiten.
phrase-error-enrolment-configuration = De configuratie van de inschrijving wordt niet ondersteund.
phrase-error-enrolment-key = De sleutel kan niet worden gemaakt.
phrase-error-enrolment-request = De certificaataanvraag kan niet worden gemaakt.
phrase-error-enrolment-usage = Het sleutelgebruik is ongeldig.
phrase-error-enrolment-refused = De inschrijvingsserver heeft de aanvraag geweigerd.
phrase-error-enrolment-unreachable = De SCEP- of ACME-server was niet bereikbaar.
phrase-error-enrolment-certificates-max = Het antwoord van de inschrijvingsserver bevat te veel certificaten.
phrase-error-enrolment-authority = De certificaten van de certificeringsinstantie zijn onleesbaar.
phrase-error-enrolment-certificate = Het certificaat van de server is ongeldig.
phrase-error-enrolment-other-key = Het certificaat van de server past niet bij de sleutel.

## Woorden op hun plaats

phrase-word-mail = Mail
phrase-word-contacts = Contacten
phrase-word-calendars = Agenda’s
phrase-word-reminders = Herinneringen
phrase-word-notes = Notities
phrase-word-on = aan
phrase-word-off = uit
phrase-word-clear = onversleuteld
phrase-word-encrypted = versleuteld
phrase-word-nothing = niets
phrase-word-allowed = toegestaan
phrase-word-absent = afwezig
phrase-word-denied = geweigerd
phrase-word-denied-by = geweigerd door { $key }
phrase-word-missing = afwezig
phrase-word-expired = verlopen
phrase-word-not-valid-yet = nog niet geldig
phrase-word-on-the-device = op het apparaat
phrase-word-on-the-phone = op de telefoon
phrase-word-not-on-the-phone = niet op de telefoon
phrase-word-gone = verdwenen
phrase-word-still-there = er nog
phrase-word-not-managed = niet beheerd
phrase-word-managed = beheerd
phrase-word-managed-configured = beheerd, met een configuratie
phrase-word-managed-unconfigured = beheerd, zonder configuratie
phrase-word-a-vpn = een VPN
phrase-word-refused = geweigerd
phrase-word-installed = geïnstalleerd
phrase-word-none = geen
phrase-word-an-identity = een identiteit
phrase-word-ok = gelukt
phrase-word-default = standaardwaarde
phrase-word-user = de eigenaar
phrase-word-not-installed = niet geïnstalleerd
phrase-word-removed = verwijderd
phrase-word-accepted = aanvaard
phrase-word-either = het een of het ander: de documenten beslissen het niet
phrase-word-in-force = van kracht
phrase-word-waiting = wachtend op de eigenaar
phrase-word-signing-in = bezig met aanmelden
phrase-word-unreachable = onbereikbaar
phrase-word-failed = mislukt
phrase-word-skipped = overgeslagen
phrase-word-certificate = certificaat
phrase-word-user-name-and-password = gebruikersnaam en wachtwoord
phrase-installs-at-most = hoogstens { $times } keer in { $hours } uur
phrase-installs-once = één keer in { $hours } uur
phrase-installs-times = { $times } keer in { $hours } uur
phrase-simulated-device = gesimuleerd apparaat { $name }
phrase-word-siblings = { $name } en de vier soortgelijke sleutels

## Wat een stap van een scenario opleverde

phrase-step-refreshed = vernieuwd
phrase-step-time-passed = de tijd verstreek
phrase-step-arrived = aangekomen
phrase-step-done = gedaan
phrase-step-network = het netwerk veranderde
phrase-step-answered = { $kind } beantwoord
phrase-step-installed = { $profile } geïnstalleerd
phrase-step-waits-owner = wacht op de eigenaar
phrase-step-waits-server = wacht op een inschrijvingsserver
phrase-no-check = er is niets gecontroleerd
