//! Settings: the device tells of itself and asks who the user is (MS-ASCMD section 2.2.1.18).

use super::Exchange;
use super::server::Session;
use wire::eas::Status;
use wire::eas::settings::{SettingsRequest, SettingsResponse, UserAccount, UserInformation};

impl Exchange {
    pub(super) fn settings(&mut self, session: &Session<'_>, request: SettingsRequest) -> SettingsResponse {
        let mut response = SettingsResponse::failure(Status::SUCCESS);
        if let (Some(information), Some(partnership)) =
            (request.device_information, self.partnerships.get_mut(&session.partnership))
        {
            partnership.information = Some(information);
            response.device_information = Some(Status::SUCCESS);
        }
        if let Some(user) = self.directory.user(&session.mailbox).filter(|_| request.user_information) {
            response.user_information = Some(UserInformation {
                status: Status::SUCCESS,
                accounts: vec![UserAccount {
                    user_display_name: Some(user.display_name.clone()),
                    primary_address: Some(user.address.clone()),
                    addresses: user.addresses().map(Into::into).collect(),
                    ..UserAccount::default()
                }],
            });
        }
        response
    }
}
