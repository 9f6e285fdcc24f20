"""BankID over the phone: the caller proves who they are in BankID's app while they are on the line."""
