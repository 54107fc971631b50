# Que faire en cas d’échec, par clé du remède.

remedy-account-missing = Le téléphone ne montre aucun compte en état de marche ({ $observed }). Vérifiez que le profil est installé, que l’utilisateur a été invité à se connecter et l’a fait, et que le serveur est joignable.
remedy-action = L’utilisateur a essayé et le résultat est « { $observed } », alors que la stratégie veut « { $expected } ». Réglez « { $setting } » ({ $graph }) comme voulu, affectez de nouveau la stratégie et laissez l’appareil se synchroniser.
remedy-certificate-expired = Le certificat sur l’appareil est { $observed }. Renouvelez-le par son profil de certificat, et gardez l’ancien sur l’appareil pour que les anciens messages chiffrés restent lisibles.
remedy-certificate-missing = L’identité est { $observed }. Affectez son profil de certificat et la racine approuvée au même groupe d’utilisateurs que le profil de messagerie, et cherchez une erreur dans l’état du profil de certificat lui-même.
remedy-duplicate-account = L’utilisateur avait configuré la boîte aux lettres à la main avant l’arrivée du profil (21005, compte non unique). Demandez-lui de supprimer ce compte dans Réglages, puis de synchroniser l’appareil dans Portail d’entreprise.
remedy-in-force-early = Des réglages étaient en vigueur avant que l’utilisateur se soit connecté. Installez le profil de nouveau et regardez ce qu’était le compte auparavant.
remedy-mail-step = Un message n’a pas suivi le cours prévu : { $observed }. Examinez les certificats que le profil fournit : validité, usage de la clé, adresse inscrite, et si le destinataire fait confiance à leur racine.
remedy-not-installed = Le profil est { $observed } sur l’appareil. Vérifiez que la stratégie est affectée à cet utilisateur, que l’appareil s’est synchronisé depuis, et quelle erreur il a signalée.
remedy-prompt-missing = Le téléphone a demandé « { $observed } » alors que « { $expected } » doit être demandé. Examinez « { setting-authenticationMethod } » et « { setting-useOAuth } » dans la stratégie, et si le certificat désigné a été fourni.
remedy-refused = Le téléphone a refusé le profil. Lisez l’erreur avec `handset explain CODE`, corrigez la stratégie et affectez-la de nouveau.
remedy-report = Intune signale { $observed }. Lisez le code avec `handset explain CODE` ; une fois la cause corrigée, synchronisez l’appareil et relisez le rapport.
remedy-setting = L’appareil a « { $observed } », la stratégie veut « { $expected } ». Réglez « { $setting } » ({ $graph }, { $key } chez Apple) comme voulu, ou laissez l’appareil se synchroniser pour que la stratégie soit renvoyée.
remedy-unknown = L’appareil a « { $observed } », la stratégie veut « { $expected } ». Renvoyez le profil, et cherchez qui d’autre configure l’appareil.
remedy-user-change = Le propriétaire l’a modifié à la main, ce que la stratégie autorise : la valeur est maintenant « { $observed } », la stratégie installe « { $expected } ». Si cela ne doit pas être, retirez le choix (« { setting-easServicesUserOverrideEnabled } », « Autoriser l’utilisateur à modifier le paramètre » : non) ; renvoyer le profil rétablit la valeur.
remedy-wire-encrypted = Un message capturé est chiffré : « { $observed } », la stratégie veut « { $expected } ». Examinez « { setting-smimeEncryptByDefaultEnabled } » et les certificats de ses destinataires.
remedy-wire-recipients = Un message capturé n’est pas chiffré pour le certificat connu d’un destinataire. Publiez le certificat actuel dans l’annuaire, et faites en sorte que le téléphone de l’expéditeur aille le chercher de nouveau.
remedy-wire-signature = La signature d’un message capturé ne tient pas, ou est celle d’une autre personne. Cherchez ce qui modifie les messages en chemin, et si le certificat de signature porte l’adresse de l’utilisateur.
remedy-wire-signed = Un message capturé est signé : « { $observed } », la stratégie veut « { $expected } ». Vérifiez que cet appareil a la stratégie et un certificat de signature valide.
