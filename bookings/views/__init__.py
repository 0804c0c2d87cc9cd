"""What visitors see: the form, the confirmation, and the private link."""
