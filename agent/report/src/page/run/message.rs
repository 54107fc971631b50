//! A message as it went over the wire: who wrote to whom, and what was wrapped around it.

use super::super::sheet::Sheet;
use super::page::shortened;
use verdict::RunMessage;

/// The most addresses of a message that are told.
const ADDRESSES_MAX: usize = 20;

/// The longest address, name or algorithm that is told, in characters.
const NAME_MAX: usize = 200;

/// A message: its way, then its layers from the outside in.
pub(super) fn message(sheet: &mut Sheet<'_>, message: &RunMessage) {
    let (class, arrow, key) = match message.way.as_str() {
        "received" => ("message received", "←", "message-received"),
        _ => ("message sent", "→", "message-sent"),
    };
    sheet.within("div", class, |sheet| {
        sheet.within("p", "way", |sheet| {
            sheet.within("span", "arrow", |sheet| sheet.text(arrow));
            sheet.said("b", "", key);
            sheet.said("span", "faint", "message-to");
            sheet.within("span", "", |sheet| addresses(sheet, &message.to));
            if let Some(kind) = &message.content_type {
                sheet.within("code", "kind", |sheet| sheet.text(&shortened(kind, NAME_MAX)));
            }
        });
        if message.encrypted {
            sheet.within("div", "layer sealed", |sheet| {
                sheet.within("p", "", |sheet| {
                    sheet.said("b", "", "party-encrypted");
                    sheet.text(" ");
                    addresses(sheet, &message.encrypted_to);
                    algorithm(sheet, message.cipher.as_deref());
                });
                signature(sheet, message);
            });
        } else {
            signature(sheet, message);
        }
    });
}

fn signature(sheet: &mut Sheet<'_>, message: &RunMessage) {
    match message.signed {
        Some(true) => sheet.within("div", "layer signed", |sheet| {
            sheet.within("p", "", |sheet| {
                match &message.signed_by {
                    Some(signer) => {
                        sheet.said("b", "", "party-signed");
                        sheet.text(" ");
                        sheet.name(&shortened(signer, NAME_MAX));
                    }
                    None => sheet.said("b", "", "message-signed"),
                }
                algorithm(sheet, message.micalg.as_deref());
            });
        }),
        Some(false) => {
            sheet.within("div", "layer plain", |sheet| sheet.said("p", "faint", "message-not-signed"))
        }
        None => sheet.within("div", "layer plain", |sheet| sheet.said("p", "faint", "message-not-opened")),
    }
    if !message.encrypted {
        sheet.said("p", "faint in-clear", "message-in-clear");
    }
}

fn addresses(sheet: &mut Sheet<'_>, all: &[String]) {
    for (number, address) in all.iter().take(ADDRESSES_MAX).enumerate() {
        if number > 0 {
            sheet.text(", ");
        }
        sheet.name(&shortened(address, NAME_MAX));
    }
    if all.is_empty() {
        sheet.text("–");
    }
    if all.len() > ADDRESSES_MAX {
        sheet.text(&format!(" … +{}", all.len() - ADDRESSES_MAX));
    }
}

fn algorithm(sheet: &mut Sheet<'_>, name: Option<&str>) {
    if let Some(name) = name {
        sheet.text(" ");
        sheet.code(&shortened(name, NAME_MAX));
    }
}
