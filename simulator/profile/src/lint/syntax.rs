//! Rules the reader itself applies while it parses; listed so that their findings can be explained.

use super::Rule;
use super::rule::rule;

pub(super) static RULES: &[&dyn Rule] = &[
    &Unreadable,
    &DuplicateKey,
    &NoPlistElement,
    &ForeignDoctype,
    &LeadingSpace,
    &RootNotDictionary,
    &PayloadNotDictionary,
    &EncryptedNotArray,
];

rule! {
    Unreadable Error "plist-unreadable" "The bytes are no property list"
    checks "That the document is an XML or binary property list, whole, within its own encoding and within the limits of the reader: 16 MiB, 64 levels, 1,200,000 values with dictionaries and arrays counted thrice; and that there is a file at all that can be read. Entities other than XML's own and internal document type subsets are refused."
    why "A device refuses the profile as a whole (4000 or 1000) and says little about where. The place given here is the byte, line and column."
    example "<dict><key>SSL</key></dict>"
    reference "PropertyList-1.0.dtd (Apple)" []
    |_scope, _found| {}
}

rule! {
    DuplicateKey Error "xml-duplicate-key" "A key is given twice in one dictionary"
    checks "Every dictionary, in XML and in binary lists, for keys given more than once. It weighs less when both values are the same."
    why "The later value replaces the earlier one without a word. Half of what the author wrote has no effect."
    example "<key>SSL</key><true/><key>SSL</key><false/>"
    reference "Core Foundation, CFPropertyList.c (open source): later pairs replace earlier ones" []
    |_scope, _found| {}
}

rule! {
    NoPlistElement Warning "xml-no-plist-element" "The plist element is missing"
    checks "That the root element is plist."
    why "Core Foundation reads a bare value; other tools and servers do not."
    example "<dict><key>PayloadVersion</key><integer>1</integer></dict>"
    reference "PropertyList-1.0.dtd (Apple)" []
    |_scope, _found| {}
}

rule! {
    ForeignDoctype Warning "xml-foreign-doctype" "The document type is not Apple's"
    checks "That a document type, if there is one, names PropertyList-1.0.dtd."
    why "It is never fetched, so it has no effect; tools that do fetch it reach for a foreign file."
    example "<!DOCTYPE plist SYSTEM \"http://example.com/my.dtd\">"
    reference "PropertyList-1.0.dtd (Apple)" []
    |_scope, _found| {}
}

rule! {
    LeadingSpace Info "xml-leading-space" "White space stands before the XML declaration"
    checks "That the XML declaration, if there is one, begins the document."
    why "Apple's reader skips the space; strict XML readers refuse the document."
    example "\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
    reference "XML 1.0, section 2.8; Core Foundation reads it all the same" []
    |_scope, _found| {}
}

rule! {
    RootNotDictionary Error "profile-not-a-dictionary" "The root of the profile is no dictionary"
    checks "That the property list is a dictionary."
    why "Without keys there is no profile; devices refuse it (1000)."
    example "<plist><array/></plist>"
    reference "apple/device-management, TopLevel.yaml" []
    |_scope, _found| {}
}

rule! {
    PayloadNotDictionary Error "payload-not-a-dictionary" "An item of PayloadContent is no dictionary"
    checks "That each item of PayloadContent is a dictionary."
    why "Anything else is no payload; devices refuse the profile."
    example "<key>PayloadContent</key><array><string>mail</string></array>"
    reference "apple/device-management, TopLevel.yaml" []
    |_scope, _found| {}
}

rule! {
    EncryptedNotArray Error "encrypted-content-not-an-array" "What was encrypted is no array of payloads"
    checks "That the decrypted content is a property list with an array at its root."
    why "What is encrypted is the PayloadContent array, not a whole profile; a device cannot use anything else (1006)."
    example "<plist><dict><key>PayloadContent</key><array/></dict></plist>"
    reference "Configuration Profile Reference, Encrypted Profiles" []
    |_scope, _found| {}
}
