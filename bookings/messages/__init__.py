"""The messages of the site: their definitions and words, and the emails they become."""
