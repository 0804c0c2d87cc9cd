"""What the site writes: emails, their calendar files, the outbox and what falls due by the clock."""
