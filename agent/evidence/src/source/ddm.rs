//! Declarative status reports (Apple device-management, `declarative/status`; statusreport.yaml): `StatusItems` is a
//! tree whose branches are the parts of an item's name. A report tells what has changed, unless `FullReport` says that it
//! tells everything.

use super::json::{Place, objects, parse};
use super::{ReadError, TimedFact};
use crate::{Fact, ListedAccount, ObservedApp, ObservedDeclaration, ObservedDevice, Service};
use serde_json::Value;
use std::collections::BTreeMap;

/// How `account.list.exchange` calls the five services.
const SERVICES: [(&str, Service); 5] = [
    ("is-mail-enabled", Service::Mail),
    ("are-contacts-enabled", Service::Contacts),
    ("are-calendars-enabled", Service::Calendars),
    ("are-reminders-enabled", Service::Reminders),
    ("are-notes-enabled", Service::Notes),
];

pub(super) fn read(bytes: &[u8]) -> Result<Vec<TimedFact>, ReadError> {
    let value = parse(bytes)?;
    let root = Place::of(&value, "")?;
    let items =
        root.get("StatusItems").ok_or_else(|| ReadError::Missing { path: "StatusItems".to_owned() })?;
    Place::of(items, "StatusItems")?;
    let mut facts = Vec::new();
    let device = ObservedDevice {
        ios: item(items, "device.operating-system.version").and_then(Value::as_str).map(str::to_owned),
        model: item(items, "device.model.identifier").and_then(Value::as_str).map(str::to_owned),
        ..ObservedDevice::default()
    };
    if device != ObservedDevice::default() {
        facts.push(Fact::Device(device).into());
    }
    if let Some(list) = item(items, "account.list.exchange") {
        let path = "StatusItems.account.list.exchange";
        let (mut accounts, mut removed) = (Vec::new(), Vec::new());
        for place in objects(list, path)? {
            match place.boolean("_removed")? {
                Some(true) => removed.push(place.required("identifier")?),
                _ => accounts.push(account(&place)?),
            }
        }
        // What has not changed need not be in it, unless the report says that it is whole (iOS 17).
        let partial = root.boolean("FullReport")? != Some(true);
        facts.push(Fact::ListedAccounts { accounts, partial, removed }.into());
    }
    if let Some(list) = item(items, "app.managed.list") {
        let mut apps = Vec::new();
        for place in present(list, "StatusItems.app.managed.list")? {
            apps.push(ObservedApp {
                identifier: place.required("identifier")?,
                status: place.text("state")?,
                has_configuration: None,
                version: place.text("short-version")?,
            });
        }
        facts.push(Fact::ManagedApps { apps }.into());
    }
    if let Some(tree) = item(items, "management.declarations") {
        let place = Place::of(tree, "StatusItems.management.declarations")?;
        let mut declarations = Vec::new();
        for kind in ["activations", "configurations", "assets", "management"] {
            for declared in place.objects(kind)? {
                declarations.push(declaration(&declared)?);
            }
        }
        facts.push(Fact::Declarations { declarations }.into());
    }
    Ok(facts)
}

/// An item by its dotted name, written as branches or as one member.
fn item<'a>(items: &'a Value, name: &str) -> Option<&'a Value> {
    let found = name.split('.').try_fold(items, |at, part| at.get(part)).or_else(|| items.get(name));
    found.filter(|v| !v.is_null())
}

/// The entries of a list that are not marked as removed.
fn present<'a>(list: &'a Value, path: &str) -> Result<Vec<Place<'a>>, ReadError> {
    let mut kept = Vec::new();
    for place in objects(list, path)? {
        if place.boolean("_removed")? != Some(true) {
            kept.push(place);
        }
    }
    Ok(kept)
}

fn account(place: &Place<'_>) -> Result<ListedAccount, ReadError> {
    let mut services = BTreeMap::new();
    for (name, service) in SERVICES {
        if let Some(on) = place.boolean(name)? {
            services.insert(service, on);
        }
    }
    Ok(ListedAccount {
        identifier: place.required("identifier")?,
        declaration: place.text("declaration-identifier")?,
        name: place.text("visible-name")?,
        host: place.text("hostname")?,
        user: place.text("username")?,
        services,
    })
}

fn declaration(place: &Place<'_>) -> Result<ObservedDeclaration, ReadError> {
    let mut reasons = Vec::new();
    for reason in place.objects("reasons")? {
        reasons.push(reason.required("code")?);
    }
    let active = place.boolean("active")?.ok_or_else(|| ReadError::Missing { path: place.at("active") })?;
    Ok(ObservedDeclaration {
        identifier: place.required("identifier")?,
        active,
        valid: place.required("valid")?,
        reasons,
    })
}
