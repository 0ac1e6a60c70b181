"""The audit trail: searched, taken out, sent on and verified, a module for each tab."""
