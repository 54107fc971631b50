//! What Intune reports of a policy on a device (Microsoft Graph beta, `deviceConfigurationState`).

use serde::{Deserialize, Serialize};

/// A policy on this device, as Intune tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyState {
    /// `id`.
    pub id: Option<String>,
    /// `displayName` of the policy.
    pub policy: Option<String>,
    /// `version` of the policy that the device has answered.
    pub version: Option<i64>,
    /// `state`, a `complianceStatus`: unknown, notApplicable, compliant, remediated, nonCompliant, error, conflict or
    /// notAssigned.
    pub state: String,
    /// `userPrincipalName`.
    pub user: Option<String>,
    /// `settingStates`.
    pub settings: Vec<PolicySetting>,
}

/// One setting of a [`PolicyState`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicySetting {
    /// `setting`, else `settingName`. The names that Intune uses for e-mail profiles are not public.
    pub setting: String,
    /// `state`, a `complianceStatus`.
    pub state: String,
    /// `errorCode`; 0 is none. Apple's codes are -2016336112 plus the code.
    pub error_code: i64,
    /// `errorDescription`.
    pub error: Option<String>,
    /// `currentValue`.
    pub value: Option<String>,
    /// The names of the policies behind it, from `sources`.
    pub sources: Vec<String>,
}
