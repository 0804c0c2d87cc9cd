"""The pages for visitors: the form, its confirmation and the private page."""
