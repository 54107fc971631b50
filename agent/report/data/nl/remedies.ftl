# Wat te doen als iets mislukt, per sleutel van de remedie.

remedy-account-missing = De telefoon toont geen werkend account ({ $observed }). Kijk of het profiel is geïnstalleerd, of de gebruiker is gevraagd om aan te melden en dat heeft gedaan, en of de server bereikbaar is.
remedy-action = De gebruiker heeft dit geprobeerd en het was ‘{ $observed }’, terwijl het beleid ‘{ $expected }’ bedoelt. Stel ‘{ $setting }’ ({ $graph }) in zoals bedoeld, wijs het beleid opnieuw toe en laat het apparaat inchecken.
remedy-certificate-expired = Het certificaat op het apparaat is { $observed }. Vernieuw het via zijn certificaatprofiel, en houd het oude op het apparaat zodat oude versleutelde e-mail leesbaar blijft.
remedy-certificate-missing = De identiteit is { $observed }. Wijs haar certificaatprofiel en het vertrouwde basiscertificaat toe aan dezelfde gebruikersgroep als het e-mailprofiel, en zoek in de status van het certificaatprofiel zelf naar een fout.
remedy-duplicate-account = De gebruiker had het postvak met de hand ingesteld voordat het profiel kwam (21005, account niet uniek). Vraag de gebruiker dat account in Instellingen te verwijderen en daarna het apparaat in Bedrijfsportal te synchroniseren.
remedy-in-force-early = Instellingen golden voordat de gebruiker zich had aangemeld. Installeer het profiel opnieuw en kijk wat het account daarvoor was.
remedy-mail-step = Een bericht verliep niet zoals het moet: { $observed }. Bekijk de certificaten die het profiel levert: geldigheid, sleutelgebruik, het adres erin, en of de ontvanger hun basiscertificaat vertrouwt.
remedy-not-installed = Het profiel is { $observed } op het apparaat. Kijk of het beleid aan deze gebruiker is toegewezen, of het apparaat sindsdien heeft ingecheckt, en welke fout het heeft gemeld.
remedy-prompt-missing = De telefoon vroeg om ‘{ $observed }’ waar ‘{ $expected }’ gevraagd moet worden. Bekijk ‘{ setting-authenticationMethod }’ en ‘{ setting-useOAuth }’ in het beleid, en of het genoemde certificaat is geleverd.
remedy-refused = De telefoon weigerde het profiel. Lees de fout met `handset explain CODE`, herstel het beleid en wijs het opnieuw toe.
remedy-report = Intune meldt { $observed }. Lees de code met `handset explain CODE`; synchroniseer het apparaat na het wegnemen van de oorzaak en lees het rapport opnieuw.
remedy-setting = Het apparaat heeft ‘{ $observed }’, het beleid bedoelt ‘{ $expected }’. Stel ‘{ $setting }’ ({ $graph }, bij Apple { $key }) in zoals bedoeld, of laat het apparaat inchecken zodat het beleid opnieuw wordt gestuurd.
remedy-unknown = Het apparaat heeft ‘{ $observed }’, het beleid bedoelt ‘{ $expected }’. Stuur het profiel opnieuw, en kijk wie het apparaat nog meer configureert.
remedy-user-change = De eigenaar heeft dit met de hand gewijzigd, wat het beleid toestaat: het is nu ‘{ $observed }’, het beleid installeert ‘{ $expected }’. Als dat niet mag, neem dan de keuze weg (‘{ setting-easServicesUserOverrideEnabled }’, ‘Gebruiker toestaan de instelling te wijzigen’: nee); het profiel opnieuw sturen zet het terug.
remedy-wire-encrypted = Een opgevangen bericht is versleuteld: ‘{ $observed }’, het beleid bedoelt ‘{ $expected }’. Bekijk ‘{ setting-smimeEncryptByDefaultEnabled }’ en de certificaten van de ontvangers.
remedy-wire-recipients = Een opgevangen bericht is niet versleuteld voor het certificaat dat van een geadresseerde bekend is. Publiceer het huidige certificaat in de adreslijst, en laat de telefoon van de afzender het opnieuw ophalen.
remedy-wire-signature = De handtekening van een opgevangen bericht klopt niet, of is van iemand anders. Zoek wat berichten onderweg wijzigt, en kijk of het ondertekeningscertificaat het adres van de gebruiker draagt.
remedy-wire-signed = Een opgevangen bericht is ondertekend: ‘{ $observed }’, het beleid bedoelt ‘{ $expected }’. Kijk of dit apparaat het beleid en een geldig ondertekeningscertificaat heeft.
