//! Items as a device is shown them, by its preferences.

use crate::mailbox::{Content, Item, MailFolder, message_class, plain_text};
use serde::{Deserialize, Serialize};
use smime::Timestamp;
use smime::mime::Headers;
use wire::DateTime;
use wire::eas::sync::{FilterType, MimeSupport, SyncOptions};
use wire::eas::tags::{airsync, base, calendar, contacts, notes, tasks};
use wire::eas::{Attachment, Body, BodyPreference, BodyType, Class, Email, MessageClass};
use wire::wbxml::Element;

const DAY: i64 = 86_400_000;

/// What a device wants of a collection, until it says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Preferences {
    pub(super) filter_type: FilterType,
    mime_support: MimeSupport,
    body_preferences: Vec<BodyPreference>,
}

impl Preferences {
    /// Takes new options; a field left out returns to its default (MS-ASCMD section 2.2.3.125.6).
    pub(super) fn update(&mut self, options: &SyncOptions) {
        self.filter_type = options.filter_type.unwrap_or_default();
        self.mime_support = options.mime_support.unwrap_or_default();
        self.body_preferences.clone_from(&options.body_preferences);
    }

    fn preference(&self, body_type: BodyType) -> Option<&BodyPreference> {
        self.body_preferences.iter().find(|preference| preference.body_type == body_type)
    }
}

/// Says whether a filter may be asked of a class (MS-ASCMD section 2.2.3.68.2); contacts and notes are not filtered.
pub(super) fn filter_allowed(class: Option<Class>, filter: FilterType) -> bool {
    let code = filter as u8;
    match class {
        Some(Class::Email) => code <= 5,
        Some(Class::Calendar) => code == 0 || (4..=7).contains(&code),
        Some(Class::Tasks) => code == 0 || code == 8,
        _ => true,
    }
}

/// Says whether an item is inside the filter: mail by the time it came, events by their end.
pub(super) fn within(now: Timestamp, filter: FilterType, item: &Item) -> bool {
    let when = match &item.content {
        Content::Mail { .. } => item.received,
        Content::Event { end, .. } => *end,
        Content::Task { complete, .. } => return filter != FilterType::IncompleteTasks || !complete,
        _ => return true,
    };
    filter.window_days().is_none_or(|days| when.0 >= now.0 - i64::from(days) * DAY)
}

/// Says whether what a client made belongs into a folder: by the page of its first field.
pub(super) fn class_matches(folder: Option<&MailFolder>, data: &Element) -> bool {
    let class = folder.and_then(|entry| entry.folder.folder_type.class());
    let Some(first) = data.elements().find(|field| field.tag.page() != base::BODY.page()) else {
        return class.is_some();
    };
    match first.tag.page() {
        1 | 12 => class == Some(Class::Contacts),
        2 | 22 => class == Some(Class::Email),
        4 => class == Some(Class::Calendar),
        9 => class == Some(Class::Tasks),
        23 => class == Some(Class::Notes),
        _ => false,
    }
}

/// Writes an item as `AirSync:ApplicationData`.
pub(super) fn application_data(item: &Item, preferences: &Preferences) -> Element {
    let element = Element::new(airsync::APPLICATION_DATA);
    match &item.content {
        Content::Mail { mime } => mail(item, mime, preferences).to_application_data(),
        Content::Contact { first_name, last_name, address } => element
            .with(Element::text(contacts::FILE_AS, format!("{last_name}, {first_name}")))
            .with(Element::text(contacts::FIRST_NAME, first_name.as_str()))
            .with(Element::text(contacts::LAST_NAME, last_name.as_str()))
            .with(Element::text(contacts::EMAIL1_ADDRESS, address.as_str())),
        Content::Event { subject, start, end } => element
            .with(Element::text(calendar::DT_STAMP, DateTime(item.received.0).to_compact()))
            .with(Element::text(calendar::START_TIME, DateTime(start.0).to_compact()))
            .with(Element::text(calendar::END_TIME, DateTime(end.0).to_compact()))
            .with(Element::text(calendar::SUBJECT, subject.as_str()))
            .with(Element::text(calendar::UID, format!("event-{}", item.number)))
            .with(Element::number(calendar::ALL_DAY_EVENT, 0u8)),
        Content::Task { subject, due, complete } => element
            .with(Element::text(tasks::SUBJECT, subject.as_str()))
            .with(Element::number(tasks::IMPORTANCE, 1u8))
            .with(Element::text(tasks::UTC_DUE_DATE, DateTime(due.0).to_dashed()))
            .with(Element::text(tasks::DUE_DATE, DateTime(due.0).to_dashed()))
            .with(Element::number(tasks::COMPLETE, u8::from(*complete))),
        Content::Note { subject, text } => {
            let body = Element::new(base::BODY)
                .with(Element::number(base::TYPE, 1u8))
                .with(Element::number(base::ESTIMATED_DATA_SIZE, text.len() as u64))
                .with(Element::text(base::DATA, text.as_str()));
            element
                .with(Element::text(notes::SUBJECT, subject.as_str()))
                .with(body)
                .with(Element::text(notes::MESSAGE_CLASS, "IPM.StickyNote"))
                .with(Element::text(notes::LAST_MODIFIED_DATE, DateTime(item.received.0).to_compact()))
        }
        Content::Data(data) => data.clone(),
    }
}

fn mail(item: &Item, mime: &[u8], preferences: &Preferences) -> Email {
    let headers = Headers::read(mime).map(|(headers, _)| headers).unwrap_or_default();
    // Fields are shown to people; NUL cannot be written and means nothing.
    let field = |name: &str| headers.first(name).map(|field| field.text().replace('\0', ""));
    let class = message_class(mime);
    let importance = match field("importance").map(|text| text.to_ascii_lowercase()).as_deref() {
        Some("high") => 2,
        Some("low") => 0,
        _ => 1,
    };
    let body = body(mime, &class, preferences);
    let whole = body.body_type == BodyType::Mime;
    Email {
        to: field("to"),
        cc: field("cc"),
        from: field("from"),
        reply_to: field("reply-to"),
        display_to: field("to"),
        thread_topic: field("subject"),
        subject: field("subject"),
        date_received: Some(DateTime(item.received.0)),
        importance: Some(importance),
        read: Some(item.read),
        attachments: if whole { Vec::new() } else { smime_attachment(item, mime, &class) },
        body: Some(body),
        message_class: Some(class),
    }
}

/// The body: MIME if the device wants it for such a message, else the text (MS-ASCMD section 2.2.3.110.3).
fn body(mime: &[u8], class: &MessageClass, preferences: &Preferences) -> Body {
    let wanted = match preferences.mime_support {
        MimeSupport::Never => false,
        MimeSupport::SmimeOnly => *class != MessageClass::Note,
        MimeSupport::All => true,
    };
    let (body_type, data, preference) = match preferences.preference(BodyType::Mime) {
        Some(preference) if wanted => (BodyType::Mime, mime.to_vec(), Some(preference)),
        _ => {
            let text = plain_text(mime).unwrap_or_default().into_bytes();
            (BodyType::PlainText, text, preferences.preference(BodyType::PlainText))
        }
    };
    let size = u32::try_from(data.len()).ok();
    let most = preference.and_then(|preference| preference.truncation_size);
    let most = most.and_then(|most| usize::try_from(most).ok()).filter(|most| *most < data.len());
    let Some(most) = most else {
        return Body { body_type, estimated_data_size: size, truncated: false, data: Some(data) };
    };
    let all_or_none = preference.and_then(|preference| preference.all_or_none).unwrap_or(false);
    let data = (!all_or_none).then(|| cut(data, most, body_type));
    Body { body_type, estimated_data_size: size, truncated: true, data }
}

/// The first bytes; text is not cut inside a character.
fn cut(mut data: Vec<u8>, most: usize, body_type: BodyType) -> Vec<u8> {
    data.truncate(most);
    if body_type == BodyType::PlainText
        && let Err(error) = std::str::from_utf8(&data)
    {
        data.truncate(error.valid_up_to());
    }
    data
}

/// Without MIME, the S/MIME envelope or signature shows as an attachment.
fn smime_attachment(item: &Item, mime: &[u8], class: &MessageClass) -> Vec<Attachment> {
    let display_name = match class {
        MessageClass::Smime => "smime.p7m",
        MessageClass::SmimeMultipartSigned => "smime.p7s",
        _ => return Vec::new(),
    };
    vec![Attachment {
        display_name: display_name.into(),
        file_reference: format!("{}:0", item.number),
        method: 1,
        estimated_data_size: u32::try_from(mime.len()).unwrap_or(u32::MAX),
    }]
}
