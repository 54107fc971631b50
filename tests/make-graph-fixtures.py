"""Makes fixtures/graph/*.json: policies in Graph's JSON, in the shapes in which they are found. Run it in the workspace's
root; it needs openssl and the certificates of fixtures/pki. What it writes is the same each time."""
import base64
import json
import subprocess

out='fixtures/graph/'
der=base64.b64encode(subprocess.run(['openssl','x509','-in','fixtures/pki/contoso-root.cert.pem','-outform','DER'],capture_output=True).stdout).decode()
isder=base64.b64encode(subprocess.run(['openssl','x509','-in','fixtures/pki/contoso-issuing.cert.pem','-outform','DER'],capture_output=True).stdout).decode()
T='#microsoft.graph.'
def dc(i,name,**k):
    d={"id":i,"lastModifiedDateTime":"2026-10-12T08:15:30.1234567Z","roleScopeTagIds":["0"],"supportsScopeTags":True,"deviceManagementApplicabilityRuleOsEdition":None,"deviceManagementApplicabilityRuleOsVersion":None,"deviceManagementApplicabilityRuleDeviceMode":None,"createdDateTime":"2026-09-01T07:00:00Z","description":None,"displayName":name,"version":3}
    d.update(k); return d
def email(i,name,**k):
    d={"@odata.type":T+"iosEasEmailProfileConfiguration"}
    d.update(dc(i,name))
    d.update({"usernameSource":"userPrincipalName","usernameAADSource":"userPrincipalName","userDomainNameSource":None,"customDomainName":None,
     "accountName":"Contoso","authenticationMethod":"usernameAndPassword","blockMovingMessagesToOtherEmailAccounts":False,"blockSendingEmailFromThirdPartyApps":False,"blockSyncingRecentlyUsedEmailAddresses":False,
     "emailAddressSource":"primarySmtpAddress","hostName":"mail.contoso.example","durationOfEmailToSync":"userDefined","requireSmime":False,"requireSsl":True,"useOAuth":False,
     "easServices":"calendars,contacts,email,notes,reminders","easServicesUserOverrideEnabled":True,
     "smimeSigningEnabled":False,"smimeSigningUserOverrideEnabled":False,"smimeSigningCertificateUserOverrideEnabled":False,"smimeEncryptByDefaultEnabled":False,"smimeEncryptByDefaultUserOverrideEnabled":False,"smimeEncryptionCertificateUserOverrideEnabled":False,"smimeEnablePerMessageSwitch":False,
     "signingCertificateType":None,"encryptionCertificateType":None,"perAppVPNProfileId":None})
    d.update(k); return d
def w(n,o): open(out+n,'w').write(json.dumps(o,indent=2,ensure_ascii=False)+'\n')
def grp(pid,gid,ex=False):
    return {"id":pid+"_"+gid,"source":"direct","sourceId":pid,"intent":"apply","target":{"@odata.type":T+("exclusionGroupAssignmentTarget" if ex else "groupAssignmentTarget"),"deviceAndAppManagementAssignmentFilterId":None,"deviceAndAppManagementAssignmentFilterType":"none","groupId":gid}}
bind=lambda i:"https://graph.microsoft.com/beta/deviceManagement/deviceConfigurations('%s')"%i
M1="6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e0001"; M2=M1[:-1]+'2'; M3=M1[:-1]+'3'; M4=M1[:-1]+'4'; M5=M1[:-1]+'5'
ROOT="6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e0011"; SCEP=ROOT[:-2]+'12'; PKCS=ROOT[:-2]+'13'; PFX=ROOT[:-2]+'14'; ISS=ROOT[:-2]+'15'; DER=ROOT[:-2]+'16'; VPN=ROOT[:-2]+'17'; APP=ROOT[:-2]+'18'
STAFF="6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e0101"; PILOT=STAFF[:-1]+'2'; LEAV=STAFF[:-1]+'3'; PHONES=STAFF[:-1]+'4'
# 1 the smallest: as people write by hand
w('by-hand.json',{"@odata.type":T+"iosEasEmailProfileConfiguration","displayName":"Mail","accountName":"Contoso","hostName":"mail.contoso.example","emailAddressSource":"primarySmtpAddress","authenticationMethod":"usernameAndPassword","easServices":"email, contacts","easServicesUserOverrideEnabled":False})
# 2 a plain GET
g=email(M1,"Contacts for caller ID",easServices="contacts",easServicesUserOverrideEnabled=False,description="Beside Outlook: contacts only, and nobody may change that.")
w('contacts-only.json',{"@odata.context":"https://graph.microsoft.com/beta/$metadata#deviceManagement/deviceConfigurations/$entity","@microsoft.graph.tips":"Use $select to choose only the properties your app needs, as this can lead to performance improvements.",**g})
# 3 mistake
w('mistakes.json',email(M2,"Generated",easServices="mail",durationOfEmailToSync="oneweek",requireSSL=True,useOAuth="true"))
# links lost
lost=email(M3,"Signed and encrypted",requireSmime=True,smimeSigningEnabled=True,signingCertificateType="certificate",smimeEncryptByDefaultEnabled=True,smimeEnablePerMessageSwitch=True,encryptionCertificateType="certificate",durationOfEmailToSync="oneMonth")
w('links-lost.json',lost)
scep={"@odata.type":T+"iosScepCertificateProfile",**dc(SCEP,"User certificate"),"renewalThresholdPercentage":20,"subjectNameFormat":"custom","subjectNameFormatString":"CN={{UserName}},E={{EmailAddress}},OU=Mail,O=Contoso","subjectAlternativeNameType":"none","certificateValidityPeriodValue":1,"certificateValidityPeriodScale":"years","scepServerUrls":["https://scep.contoso.example/certsrv/mscep/mscep.dll"],"keySize":"size2048","keyUsage":"keyEncipherment,digitalSignature","certificateStore":"user","subjectAlternativeNameFormatString":None,"extendedKeyUsages":[{"name":"Client Authentication","objectIdentifier":"1.3.6.1.5.5.7.3.2"},{"name":"Secure Email","objectIdentifier":"1.3.6.1.5.5.7.3.4"}],"customSubjectAlternativeNames":[{"sanType":"emailAddress","name":"{{EmailAddress}}"},{"sanType":"userPrincipalName","name":"{{UserPrincipalName}}"}],"rootCertificate@odata.bind":bind(ROOT)}
rootc={"@odata.type":T+"iosTrustedRootCertificate",**dc(ROOT,"Contoso Root CA"),"certFileName":"contoso-root.cer","trustedRootCertificate":der}
iss={"@odata.type":T+"iosTrustedRootCertificate",**dc(ISS,"Contoso Issuing CA"),"certFileName":"contoso-issuing.cer","trustedRootCertificate":isder}
w('scep-profile.json',scep)
w('trusted-root.json',rootc)
pkcs={"@odata.type":T+"iosPkcsCertificateProfile",**dc(PKCS,"Signing"),"renewalThresholdPercentage":20,"subjectNameFormat":"commonNameIncludingEmail","subjectAlternativeNameType":"emailAddress","certificateValidityPeriodValue":1,"certificateValidityPeriodScale":"years","certificationAuthority":"ca.contoso.example","certificationAuthorityName":"Contoso Issuing CA","certificateTemplateName":"ContosoSigning","subjectNameFormatString":None,"subjectAlternativeNameFormatString":None,"certificateStore":"user","customSubjectAlternativeNames":[]}
pfx={"@odata.type":T+"iosImportedPFXCertificateProfile",**dc(PFX,"Encryption history"),"intendedPurpose":"smimeEncryption"}
dcs={"id":DER,"displayName":"Smart cards","helpUrl":"https://help.contoso.example/cards","renewalThresholdPercentage":80,"issuer":"purebred","notificationType":"companyPortal,email"}
vpn={"@odata.type":T+"iosVpnConfiguration",**dc(VPN,"VPN for mail"),"connectionName":"Contoso Mail VPN","connectionType":"customVpn","loginGroupOrDomain":None,"role":None,"realm":None,"server":{"description":None,"address":"vpn.contoso.example","isDefaultServer":True},"identifier":"com.contoso.example.vpn","customData":[],"enableSplitTunneling":False,"authenticationMethod":"usernameAndPassword","enablePerApp":True,"safariDomains":["contoso.example"],"onDemandRules":[],"providerType":"packetTunnel","associatedDomains":[],"excludedDomains":[],"disconnectOnIdle":False,"disconnectOnIdleTimerInSeconds":None,"proxyServer":None,"targetedMobileApps":[]}
settings=[("com.microsoft.outlook.Mail.SMIMEEnabled","booleanType","true"),("com.microsoft.outlook.Mail.SMIMEEnabled.UserChangeAllowed","booleanType","false"),("com.microsoft.outlook.Mail.SMIMEEnabled.SignAllMail","booleanType","true"),("com.microsoft.outlook.EmailProfile.EmailAddress","stringType","{{mail}}"),("com.microsoft.outlook.EmailProfile.EmailUPN","stringType","{{userprincipalname}}"),("com.microsoft.outlook.EmailProfile.AccountType","stringType","ModernAuth"),("IntuneMAMUPN","stringType","{{UserPrincipalName}}")]
app={"@odata.type":T+"iosMobileAppConfiguration","id":APP,"targetedMobileApps":["6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e0201"],"roleScopeTagIds":["0"],"createdDateTime":"2026-09-01T07:00:00Z","description":"","lastModifiedDateTime":"2026-10-12T08:15:30Z","displayName":"Outlook with S/MIME","version":2,"encodedSettingXml":None,"settings":[{"appConfigKey":k,"appConfigKeyType":t,"appConfigKeyValue":v} for k,t,v in settings]}
w('outlook-settings.json',app)
xml='<dict>\n'+''.join('\t<key>%s</key>\n\t%s\n'%(k,'<%s/>'%v if t=='booleanType' else '<string>%s</string>'%v) for k,t,v in settings)+'</dict>\n'
w('outlook-plist.json',{**app,"settings":[],"encodedSettingXml":base64.b64encode(xml.encode()).decode()})
certmail=email(M4,"Mail by certificate",authenticationMethod="certificate",easServices="calendars, email, contacts, reminders, notes",durationOfEmailToSync="twoWeeks",requireSmime=True,smimeSigningEnabled=True,signingCertificateType="certificate",encryptionCertificateType=None,**{"identityCertificate@odata.bind":bind(SCEP),"smimeSigningCertificate@odata.bind":bind(SCEP)})
w('certificate-export.json',{"@odata.context":"https://graph.microsoft.com/beta/$metadata#deviceManagement/deviceConfigurations","@odata.count":4,"value":[certmail,scep,rootc,iss]})
# expanded
exp=email(M5,"Expanded",authenticationMethod="certificate",identityCertificate={**{k:v for k,v in scep.items() if k!="rootCertificate@odata.bind"},"rootCertificate":rootc})
w('expanded.json',exp)
# whole tenant with assignments
def asg(o,pid,*a): return {**o,"assignments@odata.context":"https://graph.microsoft.com/beta/$metadata#deviceManagement/deviceConfigurations('%s')/assignments"%pid,"assignments":list(a)}
staff=asg(email(M1,"Mail for staff",easServicesUserOverrideEnabled=True,useOAuth=True,hostName="outlook.office365.com"),M1,grp(M1,STAFF),grp(M1,LEAV,True))
sm=asg(email(M3,"Signed mail for the pilot",requireSmime=True,smimeSigningEnabled=True,signingCertificateType="certificate",encryptionCertificateType="certificate",smimeEncryptByDefaultEnabled=False,smimeEnablePerMessageSwitch=True,usernameAADSource="samAccountName",userDomainNameSource="netBiosDomainName",perAppVPNProfileId=VPN,**{"smimeSigningCertificate@odata.bind":bind(PKCS),"smimeEncryptionCertificate@odata.bind":bind(PFX)}),M3,grp(M3,PILOT))
derived=asg(email(M4,"Mail by smart card",authenticationMethod="derivedCredential",derivedCredentialSettings=dcs),M4,grp(M4,PHONES))
w('tenant.json',{"@odata.context":"https://graph.microsoft.com/beta/$metadata#deviceManagement/deviceConfigurations(assignments())","value":[staff,sm,derived,asg(pkcs,PKCS,grp(PKCS,PILOT)),asg(pfx,PFX,grp(PFX,STAFF)),asg(scep,SCEP,grp(SCEP,STAFF)),asg(rootc,ROOT,grp(ROOT,STAFF),grp(ROOT,PILOT)),asg(iss,ISS),asg(vpn,VPN,grp(VPN,PILOT)),{"@odata.type":T+"iosGeneralDeviceConfiguration","id":"6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e0099","displayName":"Restrictions"},app]})
w('directory.json',{"users":[
 {"upn":"alice@contoso.example","mail":"alice@contoso.example","sam":"alice","domain":"contoso.example","netbios":"CONTOSO","groups":["Staff","Pilot"]},
 {"upn":"bob@contoso.example","mail":"bob.brown@contoso.example","sam":"bbrown","domain":"contoso.example","netbios":"CONTOSO","groups":["Staff"]},
 {"upn":"carol@contoso.example","mail":"carol@contoso.example","groups":["Staff","Leavers"]},
 {"upn":"dave","sam":"dave","domain":"contoso.example","netbios":"CONTOSO"}],
 "groups":[{"id":STAFF,"name":"Staff"},{"id":PILOT,"name":"Pilot"},{"id":LEAV,"name":"Leavers"},{"id":PHONES,"name":"Phones","members":["dave-iphone"]}],
 "devices":[{"name":"alice-iphone","user":"alice@contoso.example","serial":"F2LHANDSET01"},{"name":"dave-iphone","user":"dave","serial":"F2LHANDSET02"}]})
